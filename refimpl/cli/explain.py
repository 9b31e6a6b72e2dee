"""``refimpl explain``: the pages of documentation that the wheel carries."""

from __future__ import annotations

from importlib.resources import files

import click

__all__ = ["pages", "run_explain"]


def pages() -> tuple[str, ...]:
    """The names of all pages, sorted."""
    return tuple(sorted(p.name.removesuffix(".md") for p in files("refimpl.docs").iterdir() if p.name.endswith(".md")))


def run_explain(page: str | None) -> int:
    """Print the page, or the list of pages; returns the exit code."""
    known = pages()
    if page is None:
        click.echo("Pages (refimpl explain PAGE):")
        for name in known:
            title = files("refimpl.docs").joinpath(f"{name}.md").read_text(encoding="utf-8").partition("\n")[0]
            click.echo(f"  {name:<20} {title.lstrip('# ')}")
        return 0
    if page not in known:
        click.echo(f"refimpl: no page {page!r}; the pages are {', '.join(known)}", err=True)
        return 2
    click.echo(files("refimpl.docs").joinpath(f"{page}.md").read_text(encoding="utf-8"), nl=False)
    return 0
