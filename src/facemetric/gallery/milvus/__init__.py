"""The gallery in Milvus, or in a file of Milvus Lite."""

from facemetric.gallery.milvus.gallery import MilvusGallery

__all__ = ["MilvusGallery"]
