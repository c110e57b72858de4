"""How instruments read the tissue: identities that hold whatever the parameters are."""

from __future__ import annotations

import numpy as np
import pytest

from pinprick.evidence import Lanes, registry
from pinprick.healing import observation
from pinprick.healing.fields import Fields
from pinprick.healing.observation import INSTRUMENTS, listing
from pinprick.healing.reactions import TABLE
from pinprick.medium.column import column

MEMBERS, CELLS = 6, 5
ONE = np.ones(MEMBERS)
LANES = Lanes(registry(), 3, range(0, 4 * MEMBERS, 4))


def fields(**amounts: float) -> Fields:
    """Two days of one tissue: at rest, then with so much of the named species everywhere."""
    mesh = column(6e-5 * ONE, {"papillary dermis": (1e-4 * ONE, 2), "reticular": (8e-4 * ONE, 3)})
    intact = np.full((CELLS, MEMBERS), 100.0)
    species = {name: np.zeros((2, CELLS, MEMBERS)) for name in TABLE.index}
    for name, amount in amounts.items():
        species[name][1] = amount
    return Fields(np.array([0.0, 30.0]), mesh, intact, species, np.zeros((2, CELLS, MEMBERS)))


def read(name: str, **amounts: float) -> np.ndarray:
    values = INSTRUMENTS[name].read(fields(**amounts), LANES)
    assert values.shape == (2, MEMBERS)
    return np.asarray(values[1])


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_at_rest_every_instrument_says_no_change(name: str) -> None:
    assert np.abs(read(name)).max() < 1e-12


RISES = [
    ("stained_area", "collagen_1"),
    ("silver_area", "collagen_3"),
    ("type1_area", "collagen_1"),
    ("type3_area", "collagen_3"),
    ("type7_area", "collagen_7"),
    ("new_collagen", "collagen_3"),
    ("mrna_1", "fibroblasts"),
    ("mrna_3", "myofibroblasts"),
    ("elastin_amount", "tropoelastin"),
    ("elastin_area", "elastin_new"),
    ("cross_links", "matured"),
    ("type3_of_all", "collagen_3"),
    ("echo_density", "collagen_1"),
    ("attenuation", "collagen_1"),
    ("oct_flow", "vessels"),
    ("perfusion", "vessels"),
    ("epidermis", "epidermis"),
    ("collagen_mass", "matured"),
    ("papillary_mass", "collagen_1"),
]
FALLS = [
    ("stained_area", "oedema"),
    ("stained_area", "mature_lost"),
    ("type1_area", "mature_lost"),
    ("elastin_amount", "elastin_lost"),
    ("elastin_area", "oedema"),
    ("elastin_area", "collagen_1"),
    ("cross_links", "collagen_1"),
    ("type3_of_all", "collagen_1"),
    ("echo_density", "oedema"),
    ("oct_flow", "collagen_1"),
    ("collagen_mass", "mature_lost"),
]


def amount(species: str, part: float) -> float:
    unit = TABLE.species[TABLE.index[species]].unit
    return part * {"mg/mL": 10.0, "1/mm3": 3000.0}.get(unit, 0.1)


@pytest.mark.parametrize(("name", "species"), RISES)
def test_what_must_rise_rises(name: str, species: str) -> None:
    little, more = (read(name, **{species: amount(species, part)}) for part in (0.5, 1.0))
    assert np.all(little > 0)
    assert np.all(more > little)


@pytest.mark.parametrize(("name", "species"), FALLS)
def test_what_must_fall_falls(name: str, species: str) -> None:
    little, more = (read(name, **{species: amount(species, part)}) for part in (0.5, 1.0))
    assert np.all(little < 0)
    assert np.all(more < little)


def test_every_instrument_is_asked_for_its_direction() -> None:
    assert {name for name, _ in RISES} == set(INSTRUMENTS)


def test_area_saturates_where_mass_does_not() -> None:
    k = LANES.stage("healing")
    most = k.full_area / k.baseline_area - 1.0
    assert np.allclose(read("stained_area", collagen_1=300.0), most)
    assert np.allclose(read("stained_area", collagen_1=600.0), most)
    assert np.allclose(read("papillary_mass", collagen_1=300.0), 3.0)


def test_a_stain_sees_more_of_thin_fibres_than_of_old_ones() -> None:
    thin, old = (read("stained_area", **{name: 5.0}) for name in ("collagen_1", "matured"))
    assert np.allclose(thin / old, LANES.stage("healing").area_per_mass)


def test_silver_over_trichrome_is_the_type_iii_share_over_that_of_old_collagen() -> None:
    """New collagen with the old share of III moves both stains alike."""
    third = LANES.stage("healing").mature_type3_share
    made = {"collagen_3": 10.0 * float(third[0]), "collagen_1": 10.0 * (1.0 - float(third[0]))}
    assert np.allclose(read("silver_area", **made), read("stained_area", **made))
    assert np.allclose(read("type3_of_all", **made), 0.0)


def test_messenger_rna_is_over_the_measured_synthesis_of_intact_skin() -> None:
    """Both types together, weighted by their share at rest, are the induced synthesis."""
    k = LANES.stage("healing")
    third = k.mature_type3_share
    both = third * read("mrna_3", fibroblasts=100.0)
    both = both + (1.0 - third) * read("mrna_1", fibroblasts=100.0)
    assert np.allclose(both * k.synthesis_at_rest * 100.0, 100.0 * k.collagen_output * 1e-6)


def test_an_emptied_bed_reads_more_type_iii() -> None:
    full = read("mrna_3", fibroblasts=100.0)
    bare = read("mrna_3", fibroblasts=100.0, mature_lost=90.0)
    assert np.all(bare >= full)
    assert np.any(bare > full)


def test_a_bed_of_new_collagen_alone_has_no_mature_cross_links() -> None:
    assert np.allclose(read("cross_links", mature_lost=100.0, collagen_1=50.0), -1.0)
    half = read("cross_links", mature_lost=100.0, matured=25.0, collagen_1=25.0)
    young = LANES.stage("healing").young_share
    assert np.allclose(half, 0.5 / (1.0 - young) - 1.0)


def test_elastin_falls_by_area_and_stays_by_amount_when_matrix_is_added() -> None:
    assert np.allclose(read("elastin_amount", collagen_1=20.0), 0.0)
    assert np.all(read("elastin_area", collagen_1=20.0) < 0)


def test_echo_density_is_no_mass() -> None:
    """The same gain of a tenth reads as anything from a tenth to more than double."""
    power = registry().parameter("healing.ultrasound_exponent").spread
    assert 1.1**power.low - 1.0 < 0.12
    assert 1.1**power.high - 1.0 > 1.0
    seen = np.log1p(read("echo_density", collagen_1=10.0)) / np.log(1.1)
    assert np.allclose(seen, LANES.stage("healing").ultrasound_exponent)


def test_flow_seen_falls_while_the_blood_is_as_before() -> None:
    made = {"collagen_1": 15.0}
    assert np.allclose(read("perfusion", **made), 0.0)
    k = LANES.stage("healing")
    path = k.oct_depth - 0.06  # the epidermis of this column is 0.06 mm
    wanted = np.exp(-k.oct_order * k.oct_gain * 0.15 * path / k.oct_length) - 1.0
    assert np.allclose(read("oct_flow", **made), wanted)


def test_a_thicker_epidermis_leaves_less_dermis_in_view() -> None:
    thick = read("oct_flow", collagen_1=15.0, epidermis=0.5)
    assert np.all(thick > read("oct_flow", collagen_1=15.0))
    whole = read("oct_flow", collagen_1=15.0, epidermis=9.0)
    assert np.allclose(whole, 0.0), "no dermis in view"


def test_attenuation_reads_no_deeper_than_its_light() -> None:
    deep = fields()
    deep.by_species["collagen_1"][1, -1] = 30.0
    assert np.allclose(INSTRUMENTS["attenuation"].read(deep, LANES), 0.0)
    assert np.all(INSTRUMENTS["collagen_mass"].read(deep, LANES)[1] > 0)


def test_the_listing_names_every_instrument_once_with_model_and_status() -> None:
    rows = listing()
    assert len(rows) == len(INSTRUMENTS) == len({row[0] for row in rows})
    assert all(all(cell.strip() for cell in row) for row in rows)
    assert all(one.unit == "1" and one.where for one in INSTRUMENTS.values())


def test_sources_of_the_models_are_known() -> None:
    for one in INSTRUMENTS.values():
        assert one.basis in ("measured", "derived", "fitted", "assumed")
        assert all(registry().fact(row) for row in one.rows)


def test_shares_of_collagen_add_up() -> None:
    """What type I and III antibodies see of the same tissue is what trichrome sees, unsaturated."""
    made = {"collagen_3": 2.0, "collagen_1": 3.0, "mature_lost": 1.0}
    third = LANES.stage("healing").mature_type3_share
    both = third * read("type3_area", **made) + (1.0 - third) * read("type1_area", **made)
    assert np.allclose(both, read("stained_area", **made))


def test_gain_is_by_cell() -> None:
    assert np.allclose(observation.gain(fields(matured=2.0))[1], 0.02)
