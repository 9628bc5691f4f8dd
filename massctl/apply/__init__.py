"""Carry out a plan: the only package that acts, and only through its ports.

`executor` shows a whole run and a whole send.
"""
