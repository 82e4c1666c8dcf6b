"""The command line: results on stdout, advice on stderr, one sentence for an error, exit codes that say how it went."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cami_kg.cli import cami, run
from cami_kg.query.saved import OPTIONS

ROOT = Path(__file__).parent.parent


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `cami` as a process of its own."""
    program = "import sys; from cami_kg.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1760000000", **environment},
    )


def test_a_query_answers_on_stdout_and_advises_on_stderr() -> None:
    """A pipe gets the rows and nothing else; the date that was taken is said."""
    done = command("query", "range-states", "--format", "csv")

    assert (0, "As of 2025-10-09. Another day: --as-of DATE.\n") == (done.returncode, done.stderr)
    assert done.stdout.startswith("state,label,status,partyNumber,region,source,from,until\n")
    assert 15 == len(done.stdout.splitlines())


def test_a_coarse_date_is_said_in_full() -> None:
    """`--as-of 2016` means its last day; an exact date needs no words."""
    coarse = command("query", "range-states", "--as-of", "2016", "--format", "csv")
    exact = command("query", "range-states", "--as-of=2016-12-31", "--format", "csv")

    assert ("As of 2016-12-31.\n", "") == (coarse.stderr, exact.stderr)
    assert coarse.stdout == exact.stdout


def test_a_name_of_another_concept_is_taken_with_a_word_of_caution(capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever asks by a name that a list gives to more animals learns for which ones the answer is, on stderr."""
    assert 0 == run(["query", "red-list-status", "--species", "Panthera pardus", "--as-of", "2020-01-01"])
    assert "'Panthera pardus' is read as species:persian-leopard (Persian leopard)." in capfd.readouterr().err
    assert 0 == run(["query", "red-list-status", "--species", "saiga", "--as-of", "2020-01-01"])
    assert "" == capfd.readouterr().err


def test_parameters_are_options(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """`--species x`, `--species=x` and several of them are all ways to give values, before or after the name."""
    answers = []
    for arguments in (
        ["query", "range-states-of-species", "--species", "сайгак", "--species=argali"],
        ["query", "--species", "argali", "--species", "Saiga tatarica", "range-states-of-species"],
    ):
        assert 0 == run([*arguments, "--format", "tsv", "--as-of", "2020-01-01"])
        answers.append(capsysbinary.readouterr().out)

    assert answers[0] == answers[1]
    assert b"/species/argali>" in answers[0]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["query", "rang-states"], "No saved query is called 'rang-states'. Did you mean range-states"),
        (["query", "range-states-of-species"], "Give --species, such as --species saiga."),
        (["query", "range-states-of-species", "--species", "sagia"], "Did you mean species:saiga (Saiga antelope)?"),
        (["query", "range-states-of-species", "--specis", "saiga"], "--species"),
        (["query", "range-states", "--as-of", "soon"], "'soon' is not a date. Write it like"),
        (["query", "species", "--as-of", "2016"], "The query species has no parameter 'asOf'"),
        (["query", "species", "--format", "cvs"], "There is no format 'cvs'. Choose csv"),
        (["query", "species", "--format"], "--format"),
        (["query", "--file", "nowhere.rq"], "nowhere.rq: The file cannot be read"),
        (["qurey"], "No such command 'qurey'"),
        (["show", "sagia"], "Nothing is called 'sagia'. Did you mean species:saiga"),
        (["new", "specie", "x"], "Choose species, instrument, source, query."),
        (["check", "nowhere"], "nowhere"),
        (["publish", "--only", "dmups"], "dumps"),
    ],
)
def test_wrong_usage_is_one_sentence_with_the_nearest_right_name(
    arguments: list[str], complaint: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, nothing on stdout, one line on stderr."""
    code = run(arguments)
    out, err = capfd.readouterr()

    assert (2, "", 1) == (code, out, len(err.splitlines()))
    assert err.startswith("cami: ")
    assert complaint in err


def test_no_error_shows_a_traceback() -> None:
    """A hostile value, in whatever option, is refused like any other wrong value."""
    for arguments in (
        ["query", '"} UNION { ?s ?p ?o } #'],
        ["query", "range-states-of-species", "--species", '"} UNION { ?s ?p ?o } #\x1b[2J\u202e'],
        ["query", "range-states", "--as-of", "\u0662\u0660\u0661\u0666"],
        ["show", "<http://x/} #>"],
    ):
        done = command(*arguments)

        assert (2, "") == (done.returncode, done.stdout)
        assert "Traceback" not in done.stderr
        assert done.stderr.rstrip("\n").isprintable()


def test_the_list_names_every_query_with_its_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    """`cami query` alone is the table of contents."""
    assert 0 == run(["query"])
    out = capsys.readouterr().out

    assert "range-states-of-species\n    Range States of a species" in out
    assert "    --species (dwc:Taxon, such as species:saiga)\n" in out
    assert "    --as-of (xsd:date, optional)\n" in out


def test_the_help_of_a_query_is_its_header(capsys: pytest.CaptureFixture[str]) -> None:
    """Summary, parameters with their types and examples."""
    assert 0 == run(["query", "range-states-of-species", "--help"])
    out = capsys.readouterr().out

    assert "Range States of a species" in out
    assert "dwc:Taxon, such as species:saiga" in " ".join(out.split())


def test_no_option_is_free_for_a_parameter() -> None:
    """What `cami query` takes for itself is reserved, so that a parameter never hides it."""
    options = {
        option[2:] for parameter in cami.commands["query"].params for option in parameter.opts if option[:2] == "--"
    }

    assert options <= OPTIONS


def test_a_file_is_asked_like_a_saved_query(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """Plain SPARQL needs no header; one that makes triples is written as Turtle."""
    path = tmp_path / "own.rq"
    path.write_text("PREFIX s: <https://w3id.org/cami/id/state/>\nSELECT ?type { s:KZ a ?type }", encoding="utf-8")
    assert 0 == run(["query", "--file", str(path), "--format", "csv"])
    assert b"type\r\nhttps://w3id.org/cami/ns/State\r\n" == capsysbinary.readouterr().out

    path.write_text("CONSTRUCT WHERE { <https://w3id.org/cami/id/state/KZ> a ?type }", encoding="utf-8")
    assert 0 == run(["query", f"--file={path}"])
    assert b"state:KZ a cami:State ." in capsysbinary.readouterr().out


def test_output_is_written_whole_or_not_at_all(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """An answer takes the place of the old file in one step; what fails leaves the old file and no other."""
    path = tmp_path / "answer.csv"
    path.write_text("old", encoding="utf-8")

    assert 2 == run(["query", "species", "--format", "nonsense", "--output", str(path)])
    assert "old" == path.read_text(encoding="utf-8")
    assert 0 == run(["query", "species", "--format", "csv", "--output", str(path)])
    assert path.read_bytes().startswith(b"species,label,")
    assert 1 == run(["query", "species", "--output", str(tmp_path / "none" / "answer.csv")])
    assert [path] == list(tmp_path.iterdir())
    assert "cannot be written" in capfd.readouterr().err


def test_an_empty_answer_is_no_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Exit code 0; the table says on stderr that there are no rows."""
    path = tmp_path / "none.rq"
    path.write_text("SELECT ?s { ?s <http://x/none> ?o }", encoding="utf-8")

    assert 0 == run(["query", "--file", str(path)])
    assert ("s\n─\n", "No rows.\n") == capfd.readouterr()


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    """`cami query … | head -1` says nothing on stderr."""
    program = f"{sys.executable} -c 'from cami_kg.cli import main; main()' query listings-in-force --format json"
    done = subprocess.run(
        ["bash", "-c", f"{program} | head -c 1; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1760000000"},
    )

    assert (0, "{") == (done.returncode, done.stdout)
    assert "As of 2025-10-09. Another day: --as-of DATE.\n" == done.stderr


def test_show_speaks_russian(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """`--lang` and `--as-of` are those of the API."""
    assert 0 == run(["show", "saiga", "--lang", "ru", "--as-of", "2016-01-01"])

    assert capsysbinary.readouterr().out.decode().startswith("Сайгак  species:saiga\n")


def test_format_lists_what_it_would_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` writes nothing and exits with 1; then the file is brought into form, and nothing is left to do."""
    path = tmp_path / "x.ttl"
    path.write_text("PREFIX state: <https://w3id.org/cami/id/state/>\nstate:XA a state:XB.", encoding="utf-8")

    codes = [run(["format", str(path), *check]) for check in (["--check"], [], ["--check"])]
    assert [1, 0, 0] == codes
    assert 2 == capsys.readouterr().out.count("x.ttl")


def test_check_names_the_place(capsys: pytest.CaptureFixture[str]) -> None:
    """One file of the graph is checked; the report has the format asked for, and the exit code follows it."""
    code = run(["check", "data/state/KZ.ttl", "--format", "json"])
    report = json.loads(capsys.readouterr().out)

    assert (0 if report["conforms"] else 1) == code


def test_version_says_code_data_and_hash() -> None:
    """An answer can be cited with it."""
    lines = command("--version").stdout.splitlines()

    assert [True, True, True] == [
        lines[0].startswith("cami-kg "),
        lines[1].startswith("data 2025-10-09, "),
        len(lines[2]) == len("data sha256 ") + 64,
    ]


def test_answering_does_not_import_the_tools_of_the_editor() -> None:
    """A cold query pays for the store and the command line, and for nothing else that is heavy."""
    program = (
        "import sys; from cami_kg.cli import run; run(['query', 'species', '--format', 'csv']);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)

    assert not {"rdflib", "pyshacl", "yaml", "rich", "duckdb", "json", "csv", "html"} & set(done.stderr.split())


def test_a_graph_with_errors_is_not_published(tmp_path: Path) -> None:
    """The findings are shown, the command exits with 1, and nothing is written."""
    for name in ("cami_kg", "ontology", "queries", "tests/graph/data"):
        shutil.copytree(ROOT / name, tmp_path / Path(name).name, ignore=shutil.ignore_patterns("__pycache__"))
    species = tmp_path / "data" / "species" / "dune-hopper.ttl"
    species.write_text(species.read_text(encoding="utf-8").replace("dwc:family", "dwc:famly"), encoding="utf-8")

    program = "from cami_kg.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "publish", "--out", "dist"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONSAFEPATH": "1"},
    )

    assert (1, False) == (ran.returncode, (tmp_path / "dist").exists()), ran.stderr
    assert "dwc:famly" in ran.stderr


def test_answering_imports_only_what_it_needs() -> None:
    """Explaining, citing, searching and asking elsewhere are paid for by those who want them."""
    program = (
        "import sys; from cami_kg.cli import run; run(['query', 'species', '--format', 'csv']);"
        "print(*(name for name in sys.modules if name.startswith('cami_kg.')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)

    late = {f"cami_kg.query.{name}" for name in ("cite", "explain", "remote", "search", "wire")} | {"cami_kg.publish"}
    assert not late & set(done.stderr.split())
