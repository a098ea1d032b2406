"""Runs notebooks from top to bottom, each in a kernel of its own: notebooks/lab run|check [NAME…]

run     keeps the outputs in the notebooks
check   keeps nothing; fails if a cell fails, or if a cell whose outputs are kept has others now: no
        output where there was one, or one of another kind
"""

import argparse
import pathlib
import re
import sys
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

FOLDER = pathlib.Path(__file__).resolve().parent


def execute(notebook):
    NotebookClient(
        notebook,
        kernel_name="java",
        timeout=600,  # seconds a cell
        shutdown_kernel="immediate",  # a graceful stop takes 3 s more
        coalesce_streams=True,
        record_timing=False,
        resources={"metadata": {"path": str(FOLDER)}},
    ).execute()


def failure(notebook):
    """What went wrong, from the cell's own output: nbclient's exception shows the kernel's inside."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))
                # What it says, without where the kernel was.
                said = text.split("\n\tat ")[0]
                return f"this cell failed:\n{cell.source}\n\n{said}"
    return "a cell failed"


def kinds(cell):
    """The kinds of a cell's outputs, as {'text/html'}; all of a stream are one."""
    found = set()
    for output in cell.get("outputs", []):
        found.update(output.data if "data" in output else [output.get("name", output.output_type)])
    return found


def differences(kept, made):
    for before, now in zip(kept.cells, made.cells):
        if before.cell_type == "code" and kinds(before) != kinds(now):
            yield (
                f"a cell must give {sorted(kinds(before)) or 'nothing'}, "
                f"but gives: {sorted(kinds(now)) or 'nothing'}\n{before.source}"
            )
    if not any(kinds(cell) for cell in kept.cells):
        yield "must be kept with its outputs, but has none: notebooks/lab run"


def tidy(notebook):
    """Leaves out what differs from run to run and says nothing."""
    for cell in notebook.cells:
        cell.metadata = {}
        for output in cell.get("outputs", []):
            output.pop("transient", None)
            if "metadata" in output:
                output.metadata = {}
    notebook.metadata = {
        "kernelspec": {"display_name": "Java", "language": "java", "name": "java"},
        "language_info": {"name": "Java"},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=["run", "check"])
    parser.add_argument("names", nargs="*", metavar="NAME", help="as 00-quick-tour; else all")
    arguments = parser.parse_args()
    files = [FOLDER / f"{name.removesuffix('.ipynb')}.ipynb" for name in arguments.names]
    bad = 0
    for file in files or sorted(FOLDER.glob("*.ipynb")):
        kept = nbformat.read(file, as_version=4)
        made = nbformat.read(file, as_version=4)
        start = time.monotonic()
        try:
            execute(made)
            wrong = list(differences(kept, made)) if arguments.action == "check" else []
        except CellExecutionError:
            wrong = [failure(made)]
        except (CellTimeoutError, DeadKernelError) as e:
            wrong = [str(e).splitlines()[0]]
        seconds = time.monotonic() - start
        for text in wrong:
            print(f"{file.name}: {text}\n", file=sys.stderr)
        bad += bool(wrong)
        print(f"{file.name}: {'failed' if wrong else 'passed'}, {seconds:.0f} s", flush=True)
        if arguments.action == "run" and not wrong:
            tidy(made)
            nbformat.write(made, file)
    sys.exit(bad > 0)


main()
