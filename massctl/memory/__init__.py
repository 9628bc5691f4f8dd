"""What a plan may believe of earlier plans: files in `.massctl/remembered/`, and what makes them worthless.

Only reading verbs that write and send nothing look in here (docs/adr/0010). Everything here can be thrown away at any
time; what is damaged, foreign or of another massctl is ignored, and what cannot be written only costs time.
"""
