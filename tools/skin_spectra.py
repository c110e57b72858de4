"""Mean skin by class of ITA, from the International Skin Spectra Archive, as tables.

The archive's workbook (Lu et al. 2025, Scientific Data, doi 10.1038/s41597-025-04857-5; data
doi 10.6084/m9.figshare.28228571, CC BY 4.0) is not in the package; only means and standard
deviations of its classes are. Needs openpyxl to read the workbook.

    python tools/skin_spectra.py WORKBOOK.xlsx
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import Any

import numpy as np

from pinprick.appearance.colour import ita
from pinprick.appearance.colour.standard import standard
from pinprick.people import ROMAN

TABLES = Path(__file__).resolve().parents[1] / "src" / "pinprick" / "evidence" / "tables"
# Codes of body locations in the workbook.
PLACES = {"face": (2, 3, 4, 6), "cheek": (2, 3), "arm": (7,)}
FEWEST = 20  # records of a class whose mean spectrum is kept
FIRST_ROW, FIRST_BAND, FIRST_COLOUR = 14, 13, 57


def read(path: Path) -> tuple[Any, Any, Any, Any]:
    """Wavelengths 400 to 700 nm, reflectance as a share, L*a*b* and the code of the place."""
    import openpyxl

    rows = list(openpyxl.load_workbook(path, read_only=True, data_only=True)["ISSA"].values)
    bands = np.array([float(cell) for cell in rows[1][FIRST_BAND : FIRST_COLOUR - 1] if cell])
    kept = (bands >= 400) & (bands <= 700)
    records = [row for row in rows[FIRST_ROW - 2 :] if isinstance(row[0], int | float)]
    place = np.array([int(row[6]) for row in records])
    last = FIRST_BAND + len(bands)
    spectra = np.array([[c or np.nan for c in row[FIRST_BAND:last]] for row in records], float)
    lab = np.array([row[FIRST_COLOUR + 5 : FIRST_COLOUR + 8] for row in records], dtype=float)
    return bands[kept], spectra[:, kept] / 100, lab, place


def main() -> None:
    """Read, group, write both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("workbook", type=Path)
    bands, spectra, lab, place = read(parser.parse_args().workbook)
    group = np.digitize(-ita(lab), [-edge for edge in standard("ita").edges])
    classes: list[list[str]] = []
    means: dict[str, Any] = {"nm": bands}
    for site, codes in PLACES.items():
        for place_of, name in enumerate(ROMAN, 1):
            chosen = np.isin(place, codes) & (group == place_of - 1)
            mean, sd = lab[chosen].mean(axis=0), lab[chosen].std(axis=0, ddof=1)
            numbers = [f"{x:.2f}" for pair in zip(mean, sd, strict=True) for x in pair]
            classes.append([site, str(list(PLACES).index(site)), str(place_of)])
            classes[-1] += [str(chosen.sum()), *numbers]
            if chosen.sum() >= FEWEST and site != "cheek":
                means[f"{site}_{name}"] = spectra[chosen].mean(axis=0)
    with (TABLES / "skin_classes.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["site", "place", "class", "n", "L", "L_sd", "a", "a_sd", "b", "b_sd"])
        out.writerows(classes)
    with (TABLES / "skin_spectra.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(means)
        for i in range(len(bands)):
            out.writerow([f"{bands[i]:g}", *(f"{v[i]:.4f}" for k, v in means.items() if k != "nm")])


if __name__ == "__main__":
    main()
