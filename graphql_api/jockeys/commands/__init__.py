"""The commands of jockeys: ``index`` and ``inspect``."""
