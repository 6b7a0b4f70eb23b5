"""Who writes comments: the provider, its model, and the version of what it is told to do."""

PROVIDER = "template"
MODEL = "template"
PROMPT_VERSION = "1"

WRITER = f"{MODEL}/{PROMPT_VERSION}"
"""A part of the input of jobs, so that another model, or another prompt, is asked anew."""
