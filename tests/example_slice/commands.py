"""The slice's command."""

import click


@click.command()
@click.argument("text")
def note(text: str) -> None:
    """Print a note."""
    click.echo(f"Noted: {text}")
