"""The service's client, typed, in two forms: ``Client`` and, for asyncio, ``AsyncClient``."""

from facemetric.client.async_client import AsyncClient
from facemetric.client.async_gallery import AsyncGalleryClient
from facemetric.client.call import Photo
from facemetric.client.client import Client
from facemetric.client.gallery import GalleryClient

__all__ = ["AsyncClient", "AsyncGalleryClient", "Client", "GalleryClient", "Photo"]
