"""massctl: WeChat Official Account mass sends as code."""

__version__ = "0.1.0"
