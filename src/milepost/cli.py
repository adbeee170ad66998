"""The commands; no logic. Only typer is imported here: `--help` and `status` answer at once."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

os.environ.setdefault("TYPER_USE_RICH", "0")

import typer

from milepost.errors import DONE, GATE_FAILED, OUR_FAULT, WRONG_INPUT, MilepostError, of_system, raise_all
from milepost.words.say import LANGUAGES, Say, say

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

FILE, STOPPED = Path("product.yaml"), 130  # what typer returns for Ctrl-C
File = Annotated[Path, typer.Option("--file", "-f", help="The roadmap.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def known(lang: str) -> str:
    """Return a language; raise MilepostError for one that nobody speaks here."""
    if lang not in LANGUAGES:
        raise MilepostError(f"there is no language `{lang}`", "--lang", f"known: {', '.join(LANGUAGES)}")
    return lang


Language = Annotated[
    str, typer.Option("--lang", envvar="MILEPOST_LANG", callback=known, help="Speak en or zh (JSON and --help: en).")
]
Overrides = Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Override keys: train.seed=1")]
ProductFolder = Annotated[Path | None, typer.Option("--product", help="A deployed folder; default: the latest run's.")]


def show(found: dict[str, Any], as_json: bool, text: Callable[[dict[str, Any], Say], str], lang: str) -> None:
    """Print a result for people, in their language, or for programs, in English."""
    typer.echo(json.dumps(found, ensure_ascii=False, default=str) if as_json else text(found, say(lang)))


def spoken(words: list[str]) -> str:
    """Return the language that a command line or MILEPOST_LANG asks for, before it is understood."""
    asked = [w.partition("=")[2] for w in words if w.startswith("--lang=")]
    asked += [after for word, after in itertools.pairwise(words) if word == "--lang"]
    lang = asked[-1] if asked else os.environ.get("MILEPOST_LANG", "")
    return lang if lang in LANGUAGES else "en"


@app.command()
def new(
    kind: Annotated[str | None, typer.Argument(help="What it does, e.g. tabular-classification.")] = None,
    data: Annotated[Path | None, typer.Option(help="Your data; the rest is inferred.")] = None,
    target: Annotated[str | None, typer.Option(help="The column to answer with.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where to write; default: a folder named after the kind, or here.")
    ] = None,
    lang: Language = "en",
    as_json: Json = False,
) -> None:
    """Write a folder to start from: a kind's example, or a product.yaml for your data."""
    from milepost.roadmap import new as room

    where = folder or (Path(kind) if kind and data is None else Path())
    show(room.new(kind, where, data, target), as_json, room.text, lang)


@app.command()
def check(overrides: Overrides = None, file: File = FILE, lang: Language = "en", as_json: Json = False) -> None:
    """Show every problem of the file and the data at once."""
    from milepost.roadmap import check as room

    found = room.check(file, overrides or ())
    if as_json:
        found["errors"] = [as_dict(e) for e in found["errors"]]
    show(found, as_json, room.text, lang)
    if found["errors"] and as_json:
        raise typer.Exit(WRONG_INPUT)
    raise_all(found["errors"])


@app.command()
def run(
    overrides: Overrides = None,
    until: Annotated[str, typer.Option(help="Stop after: prepare, initialize, train, evaluate, deploy.")] = "deploy",
    file: File = FILE,
    lang: Language = "en",
    as_json: Json = False,
) -> None:
    """Take the road from raw data to a product, resuming what is done."""
    from milepost.roadmap import status as words
    from milepost.roadmap.run import run as road

    found = road(file, overrides or (), until)
    show(found, as_json, words.text, lang)
    if any(m["verdict"] == "failed" for m in found["milestones"]):
        raise typer.Exit(GATE_FAILED)


@app.command()
def status(
    every: Annotated[bool, typer.Option("--all", help="List all runs and compare the last two.")] = False,
    compare: Annotated[tuple[str, str] | None, typer.Option(metavar="RUN RUN", help="Compare two runs.")] = None,
    file: File = FILE,
    lang: Language = "en",
    as_json: Json = False,
) -> None:
    """Show which milestones the evidence has passed."""
    from milepost.roadmap import status as room

    found = room.all_runs(file.parent) if every or compare else room.status(file.parent)
    if every or compare:
        from milepost.roadmap import compare as beside

        pair = compare or beside.last_two(file.parent, found.get("runs", ()))
        found["compared"] = beside.compare(file.parent, *pair) if pair else None
    show(found, as_json, room.text, lang)


@app.command()
def report(
    run: Annotated[str | None, typer.Option(help="A folder in runs/; the latest by default.")] = None,
    file: File = FILE,
    lang: Language = "en",
    as_json: Json = False,
) -> None:
    """Write the data and the milestones of a run as one HTML page."""
    from milepost.roadmap import report as room

    show(room.report(file.parent, lang, run), as_json, room.text, lang)


@app.command()
def explain_code(
    code: Annotated[str, typer.Argument(metavar="CODE", help="As `milepost check` prints it.")],
    lang: Language = "en",
    as_json: Json = False,
) -> None:
    """Say what a finding means, why it matters and what to do."""
    from milepost.findings.codes import explain

    show({"code": code, "text": explain(code, lang)}, as_json, lambda found, _: str(found["text"]), lang)


@app.command()
def predict(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="The rows to answer.")],
    out: Annotated[Path | None, typer.Option(help="Where to write the answers (.csv, .jsonl, .parquet).")] = None,
    product: ProductFolder = None,
    lang: Language = "en",
    as_json: Json = False,
) -> None:
    """Answer every row of a file."""
    from milepost.product import shipped
    from milepost.roadmap import predict as room

    room.predict(product or shipped(), source, out, as_json, typer.echo, say(lang))


@app.command()
def serve(
    product: ProductFolder = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 picks a free one.")] = 8000,
    lang: Language = "en",
    as_json: Json = False,
) -> None:
    """Answer over HTTP, with a page to try it."""
    from milepost.product import shipped
    from milepost.server.run import serve as listen

    def tell(name: str, url: str) -> None:
        show({"name": name, "url": url}, as_json, lambda _, say: say("serving {0} on {1}").format(name, url), lang)
        sys.stdout.flush()

    listen(product or shipped(), host, port, tell, token=os.environ.get("MILEPOST_TOKEN"))


@app.command()
def schema(as_json: Json = True) -> None:
    """Print the JSON Schema of product.yaml."""
    from milepost.roadmap.schema import schema as room

    typer.echo(json.dumps(room(), ensure_ascii=False, indent=1))


def main() -> None:
    """Run a command; every failure is one message and an exit code."""
    as_json = "--json" in sys.argv
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        code = app(standalone_mode=False)
        if code == STOPPED:
            raise KeyboardInterrupt
        sys.exit(code)
    except MilepostError as error:
        _fail(error, as_json)
    except (KeyboardInterrupt, typer.Abort):
        _fail(MilepostError("stopped", fix="the same command goes on from here", exit_code=STOPPED), as_json)
    except BrokenPipeError:
        sys.exit(DONE)
    except ModuleNotFoundError as error:
        what = f"`{error.name}` is not installed"
        _fail(MilepostError(what, fix="pip install 'milepost[all]'", exit_code=WRONG_INPUT), as_json)
    except OSError as error:
        _fail(of_system(error), as_json)
    except Exception as error:
        if hasattr(error, "format_message"):  # typer's own: a wrong command or option
            _fail(MilepostError(error.format_message(), fix="milepost --help", exit_code=WRONG_INPUT), as_json)
        if os.environ.get("MILEPOST_TRACEBACK"):
            raise
        what = f"Milepost failed: {type(error).__name__}"  # no more: its message may quote a cell
        _fail(
            MilepostError(what, fix="run again with MILEPOST_TRACEBACK=1 and report it", exit_code=OUR_FAULT), as_json
        )


def as_dict(error: MilepostError) -> dict[str, str]:
    """Return an error as --json prints it."""
    return {"what": error.what, "where": error.where, "fix": error.fix}


def _fail(error: MilepostError, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"errors": [as_dict(e) for e in error.errors]}, ensure_ascii=False))
    else:
        typer.echo(error.told(say(spoken(sys.argv))), err=True)
    sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
