"""What WeChat takes of sounds and videos. Source: WeChat docs, "material/add_material", read 2026-10."""

from typing import Final

VOICE_BYTES_MAX: Final = 2 * 1024 * 1024
"""2 MB; larger is 40006."""
VOICE_MILLISECONDS_MAX: Final = 60_000
"""60 s; longer is 45007."""
VIDEO_BYTES_MAX: Final = 10 * 1024 * 1024
"""10 MB; larger is 40006."""
VOICE_FORMATS: Final = ("mp3", "amr", "wav", "wma")
VIDEO_FORMATS: Final = ("mp4",)
