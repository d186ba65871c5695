"""Recognition over HTTP: ``create_app`` makes the ASGI application."""

from facemetric.service.app import create_app
from facemetric.service.keys import Key
from facemetric.service.keystore import KeyStore
from facemetric.service.settings import Limits, Settings

__all__ = ["Key", "KeyStore", "Limits", "Settings", "create_app"]
