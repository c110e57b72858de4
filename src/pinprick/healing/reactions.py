"""The reaction table of healing: species, rows R1-R33 and their speeds.

Starting point: Waugh & Sherratt, Wound Repair Regen 15 (2007) 556-565, changed as the page
"Healing" of the documentation says: injury by depth, collagen in three pools, elastin in two,
active TGF-β from activated cells only, saturating kinetics throughout.

Units: mm, d, ng/mL (= pg/mm³), mg/mL, cells/mm³. Every field is zero in intact skin: slow pools
are carried as what was gained or lost against it, so upkeep cancels exactly and intact skin does
not move. The biology knows no geometry; the medium gives it depth.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from pinprick.medium.reactions import (
    Reaction,
    ReactionTable,
    Species,
    hill,
    positive,
    saturating,
)

CELLS, SIGNAL, MATRIX, SHARE = "1/mm3", "ng/mL", "mg/mL", "1"

SPECIES = (
    Species("denatured", MATRIX, 10.0, "collagen denatured by heat, not yet cleared"),
    Species("bare", SHARE, 1.0, "share of the channels with no cover yet, before cells move"),
    Species("closing", SHARE, 1.0, "share of the channels that keratinocytes are closing"),
    Species("clot", SHARE, 1.0, "signal of the clot's platelets, per volume", "wound_diffusion"),
    Species("debris", SHARE, 1.0, "alarm signal of dead cells, per volume", "wound_diffusion"),
    Species("neutrophils", CELLS, 600.0, "neutrophils", "neutrophil_diffusion"),
    Species("m1", CELLS, 200.0, "inflammatory macrophages", "macrophage_diffusion"),
    Species("m2", CELLS, 200.0, "repair macrophages", "macrophage_diffusion"),
    Species("tgfb", SIGNAL, 1.0, "active TGF-β", "tgfb_diffusion"),
    Species("fibroblasts", CELLS, 3000.0, "activated fibroblasts", "fibroblast_diffusion"),
    Species(
        "committed", CELLS, 3000.0, "cells on the way to myofibroblasts", "myofibroblast_diffusion"
    ),
    Species("myofibroblasts", CELLS, 3000.0, "myofibroblasts", "myofibroblast_diffusion"),
    Species("proteases", SHARE, 1.0, "collagenases and elastases above rest", "protease_diffusion"),
    Species("primed", SHARE, 0.5, "cells that remember the last session (an option, off)"),
    Species("collagen_3", MATRIX, 10.0, "provisional collagen III"),
    Species("collagen_1", MATRIX, 10.0, "new collagen I"),
    Species("matured", MATRIX, 1.0, "collagen that matured since the first session"),
    Species("mature_lost", MATRIX, 1.0, "old mature collagen lost since the first session"),
    Species("elastin_lost", SHARE, 0.1, "old elastin lost, share of what there was"),
    Species("tropoelastin", SHARE, 0.01, "elastin made, not yet fibre"),
    Species("elastin_new", SHARE, 0.01, "new elastic fibre"),
    Species(
        "hyaluronan", SHARE, 0.1, "hyaluronan above rest, by the water it binds, share of volume"
    ),
    Species("oedema", SHARE, 0.1, "water above rest, share of volume"),
    Species("vessels", SHARE, 0.1, "vessels above rest, as a share of rest"),
    Species("epidermis", SHARE, 0.5, "epidermal thickness above rest, as a share of rest"),
    Species("collagen_7", SHARE, 0.5, "anchoring collagen VII above rest, as a share of rest"),
    Species("melanocytes", SHARE, 0.5, "activation of melanocytes above rest"),
    Species("melanin", SHARE, 0.5, "melanin above rest, as a share of rest"),
)

REACTIONS = (
    Reaction("R1", "the clot's signal is spent", ("clot",), {"clot": 1}, {}, "clot_loss·P", ("clot_loss",)),
    Reaction("R2", "debris is cleared", ("debris",), {"debris": 1}, {}, "debris_loss·D", ("debris_loss",)),
    Reaction("R3", "debris calls neutrophils", ("debris",), {}, {"neutrophils": 1},
             "neutrophil_recruitment·D/(debris_half + D)", ("neutrophil_recruitment", "debris_half")),
    Reaction("R4", "neutrophils die", ("neutrophils",), {"neutrophils": 1}, {}, "neutrophil_loss·N", ("neutrophil_loss",)),
    Reaction("R5a", "neutrophils call macrophages", ("neutrophils",), {}, {"m1": 1},
             "macrophage_recruitment·N/(neutrophil_half + N)", ("macrophage_recruitment", "neutrophil_half")),
    Reaction("R5b", "denatured collagen calls macrophages", ("denatured",), {}, {"m1": 1},
             "macrophage_recruitment·x/(denatured_half + x), x = Cd/C0", ("macrophage_recruitment", "denatured_half")),
    Reaction("R6", "inflammatory macrophages turn to repair", ("m1",), {"m1": 1}, {"m2": 1}, "macrophage_switch·M1", ("macrophage_switch",)),
    Reaction("R7a", "inflammatory macrophages leave", ("m1",), {"m1": 1}, {}, "macrophage_loss·M1", ("macrophage_loss",)),
    Reaction("R7b", "repair macrophages leave", ("m2",), {"m2": 1}, {}, "repair_macrophage_loss·M2", ("repair_macrophage_loss",)),
    Reaction("R8a", "platelets release TGF-β", ("clot",), {}, {"tgfb": 1}, "platelet_tgfb·P", ("platelet_tgfb",)),
    Reaction("R8b", "inflammatory macrophages secrete TGF-β", ("m1",), {}, {"tgfb": 1}, "macrophage_tgfb·M1", ("macrophage_tgfb",)),
    Reaction("R9", "activated cells secrete active TGF-β", ("fibroblasts", "myofibroblasts"), {}, {"tgfb": 1},
             "fibroblast_tgfb·(F + myofibroblast_tgfb_ratio·B)", ("fibroblast_tgfb", "myofibroblast_tgfb_ratio")),
    Reaction("R10", "TGF-β is lost", ("tgfb",), {"tgfb": 1}, {}, "tgfb_loss·T", ("tgfb_loss",)),
    Reaction("R11", "TGF-β rouses resident fibroblasts", ("tgfb", "fibroblasts", "committed", "myofibroblasts"), {}, {"fibroblasts": 1},
             "resident_activation·F0·H(T)/(1 + cells/(crowding·F0))", ("resident_activation", "fibroblast_density", "tgfb_half", "crowding")),
    Reaction("R12", "activated fibroblasts divide", ("tgfb", "fibroblasts", "committed", "myofibroblasts"), {}, {"fibroblasts": 1},
             "fibroblast_growth·H(T)·F/(1 + cells/(crowding·F0))", ("fibroblast_growth", "tgfb_half", "crowding", "fibroblast_density")),
    Reaction("R13", "activated fibroblasts calm down", ("fibroblasts",), {"fibroblasts": 1}, {}, "fibroblast_loss·F", ("fibroblast_loss",)),
    Reaction("R14", "TGF-β commits fibroblasts", ("tgfb", "fibroblasts", "primed"), {"fibroblasts": 1}, {"committed": 1},
             "commitment·(1 + memory_effect·primed)·H(T)·F", ("commitment", "memory_effect", "tgfb_half")),
    Reaction("R15a", "in stiff tissue committed cells become myofibroblasts", ("fibroblasts", "committed", "myofibroblasts"),
             {"committed": 1}, {"myofibroblasts": 1},
             "myofibroblast_maturation·G·Q, G = E²/(stiffness_half² + E²), E = dermis_stiffness + (granulation_stiffness - dermis_stiffness)·cells/(stiffness_cells·F0 + cells)",
             ("myofibroblast_maturation", "stiffness_half", "dermis_stiffness", "granulation_stiffness", "stiffness_cells", "fibroblast_density")),
    Reaction("R15b", "in soft tissue they calm down", ("fibroblasts", "committed", "myofibroblasts"), {"committed": 1}, {},
             "myofibroblast_maturation·(1 - G)·Q",
             ("myofibroblast_maturation", "stiffness_half", "dermis_stiffness", "granulation_stiffness", "stiffness_cells", "fibroblast_density")),
    Reaction("R16", "myofibroblasts die", ("myofibroblasts",), {"myofibroblasts": 1}, {}, "myofibroblast_loss·B", ("myofibroblast_loss",)),
    Reaction("R17a", "activated cells lay down collagen III",
             ("fibroblasts", "committed", "myofibroblasts", "collagen_3", "collagen_1", "matured", "mature_lost"), {}, {"collagen_3": 1},
             "s·S, s = type3_share + type3_rise·(-ΔC)⁺/C0, S = collagen_output·(F + ratio·(B + Q/2))·g(ΔC)",
             ("collagen_output", "myofibroblast_output_ratio", "collagen_ceiling", "type3_share", "type3_rise")),
    Reaction("R17b", "activated cells lay down collagen I",
             ("fibroblasts", "committed", "myofibroblasts", "collagen_3", "collagen_1", "matured", "mature_lost"), {}, {"collagen_1": 1},
             "(1 - s)·S", ("collagen_output", "myofibroblast_output_ratio", "collagen_ceiling", "type3_share", "type3_rise")),
    Reaction("R18a", "new collagen III is broken down, less where it bears the load", ("collagen_3", "collagen_1", "matured", "mature_lost", "proteases"),
             {"collagen_3": 1}, {}, "(ln2/new_collagen_half_life·type3_loss_ratio·(1 - tension·(-ΔC)⁺/C0) + protease_on_new·X)·C3",
             ("new_collagen_half_life", "type3_loss_ratio", "tension", "protease_on_new")),
    Reaction("R18b", "new collagen I is broken down, less where it bears the load", ("collagen_3", "collagen_1", "matured", "mature_lost", "proteases"),
             {"collagen_1": 1}, {}, "(ln2/new_collagen_half_life·(1 - tension·(-ΔC)⁺/C0) + protease_on_new·X)·C1",
             ("new_collagen_half_life", "tension", "protease_on_new")),
    Reaction("R19a", "collagen III matures", ("collagen_3",), {"collagen_3": 1}, {"matured": 1}, "ln2/mature_half_life·(1 - young_share)/young_share·C3", ("mature_half_life", "young_share")),
    Reaction("R19b", "collagen I matures", ("collagen_1",), {"collagen_1": 1}, {"matured": 1}, "ln2/mature_half_life·(1 - young_share)/young_share·C1", ("mature_half_life", "young_share")),
    Reaction("R20a", "matured collagen turns over", ("matured", "proteases"), {"matured": 1}, {},
             "(ln2/mature_half_life + protease_on_mature_ratio·protease_on_new·X)·Cm", ("mature_half_life", "protease_on_mature_ratio", "protease_on_new")),
    Reaction("R20b", "proteases take old mature collagen", ("proteases",), {}, {"mature_lost": 1},
             "protease_on_mature_ratio·protease_on_new·X·C0", ("protease_on_mature_ratio", "protease_on_new", "papillary_collagen", "reticular_collagen")),
    Reaction("R20c", "but none that is gone", ("mature_lost", "proteases"), {"mature_lost": 1}, {},
             "protease_on_mature_ratio·protease_on_new·X·lost", ("protease_on_mature_ratio", "protease_on_new")),
    Reaction("R21", "upkeep restores what was lost", ("mature_lost",), {"mature_lost": 1}, {}, "ln2/mature_half_life·lost", ("mature_half_life",)),
    Reaction("R22a", "neutrophils and macrophages release proteases", ("neutrophils", "m1"), {}, {"proteases": 1},
             "protease_turnover·(N/protease_neutrophils + M1/protease_macrophages)", ("protease_turnover", "protease_neutrophils", "protease_macrophages")),
    Reaction("R22b", "proteases are inhibited", ("proteases",), {"proteases": 1}, {}, "protease_turnover·X", ("protease_turnover",)),
    Reaction("R23a", "proteases take old elastin", ("proteases",), {}, {"elastin_lost": 1}, "protease_on_elastin·X", ("protease_on_elastin",)),
    Reaction("R23b", "but none that is gone", ("elastin_lost", "proteases"), {"elastin_lost": 1}, {}, "protease_on_elastin·X·lost", ("protease_on_elastin",)),
    Reaction("R23c", "upkeep restores elastin", ("elastin_lost",), {"elastin_lost": 1}, {}, "lost/elastin_residence", ("elastin_residence",)),
    Reaction("R24a", "lost elastin is partly made anew", ("elastin_lost", "proteases"), {}, {"tropoelastin": 1},
             "elastin_yield·protease_on_elastin·X·(1 - lost)⁺", ("elastin_yield", "protease_on_elastin")),
    Reaction("R24b", "tropoelastin becomes fibre", ("tropoelastin",), {"tropoelastin": 1}, {"elastin_new": 1}, "elastin_assembly·Et", ("elastin_assembly",)),
    Reaction("R25a", "cells make hyaluronan", ("neutrophils", "m1", "fibroblasts"), {}, {"hyaluronan": 1},
             "hyaluronan_turnover·hyaluronan_size·(N/protease_neutrophils + M1/protease_macrophages + F/F0)",
             ("hyaluronan_turnover", "hyaluronan_size", "protease_neutrophils", "protease_macrophages", "fibroblast_density")),
    Reaction("R25b", "hyaluronan is lost", ("hyaluronan",), {"hyaluronan": 1}, {}, "hyaluronan_turnover·hyaluronan", ("hyaluronan_turnover",)),
    Reaction("R25c", "hyaluronan and leaking vessels draw water", ("hyaluronan", "neutrophils", "m1"), {}, {"oedema": 1},
             "oedema_drain·(hyaluronan + oedema_leak·(N/protease_neutrophils + M1/protease_macrophages))",
             ("oedema_drain", "oedema_leak", "protease_neutrophils", "protease_macrophages")),
    Reaction("R25d", "water drains", ("oedema",), {"oedema": 1}, {}, "oedema_drain·W", ("oedema_drain",)),
    Reaction("R26a", "repair macrophages grow vessels", ("m2",), {}, {"vessels": 1}, "vessel_turnover·vessel_gain·M2/(vessel_half + M2)", ("vessel_turnover", "vessel_gain", "vessel_half")),
    Reaction("R26b", "new vessels regress", ("vessels",), {"vessels": 1}, {}, "vessel_turnover·V", ("vessel_turnover",)),
    Reaction("R27a", "keratinocytes begin to move", ("bare",), {"bare": 1}, {"closing": 1}, "bare/cover_lag", ("cover_lag",)),
    Reaction("R27b", "the channel is covered", ("closing",), {"closing": 1}, {}, "cover_rate·closing", ("cover_rate",)),
    Reaction("R28a", "signal and matrix thicken the epidermis", ("fibroblasts", "collagen_3", "collagen_1", "matured", "mature_lost"), {}, {"epidermis": 1},
             "epidermis_turnover·(epidermis_signal·F/(F0 + F) + epidermis_matrix·x/(epidermis_matrix_half + x)), x = ΔC⁺/C0",
             ("epidermis_turnover", "epidermis_signal", "epidermis_signal_gain", "epidermis_matrix", "epidermis_matrix_gain", "epidermis_matrix_half")),
    Reaction("R28b", "the epidermis thins again", ("epidermis",), {"epidermis": 1}, {}, "epidermis_turnover·e", ("epidermis_turnover",)),
    Reaction("R29a", "activated cells lay down collagen VII", ("fibroblasts",), {}, {"collagen_7": 1},
             "collagen7_turnover·collagen7_gain·collagen7_response·F/(F0 + F)", ("collagen7_turnover", "collagen7_gain", "collagen7_response")),
    Reaction("R29b", "collagen VII turns over", ("collagen_7",), {"collagen_7": 1}, {}, "collagen7_turnover·C7", ("collagen7_turnover",)),
    Reaction("R30a", "myofibroblasts leave a memory", ("myofibroblasts",), {}, {"primed": 1},
             "memory·memory_loss·B/(F0 + B)", ("memory", "memory_loss", "fibroblast_density")),
    Reaction("R30b", "the memory fades", ("primed",), {"primed": 1}, {}, "memory_loss·primed", ("memory_loss",)),
    Reaction("R31a", "inflammation rouses melanocytes", ("neutrophils", "m1"), {}, {"melanocytes": 1},
             "melanocyte_loss·pigment_tendency·i/(pigment_half + i), i = N/protease_neutrophils + M1/protease_macrophages",
             ("melanocyte_loss", "pigment_tendency", "pigment_half", "protease_neutrophils", "protease_macrophages")),
    Reaction("R31b", "melanocytes calm down", ("melanocytes",), {"melanocytes": 1}, {}, "melanocyte_loss·melanocytes", ("melanocyte_loss",)),
    Reaction("R32a", "roused melanocytes make melanin", ("melanocytes",), {}, {"melanin": 1}, "melanin_yield·melanocytes", ("melanin_yield",)),
    Reaction("R32b", "melanin is shed and cleared", ("melanin",), {"melanin": 1}, {}, "ln2/melanin_half_life·melanin", ("melanin_half_life",)),
    Reaction("R33", "macrophages clear denatured collagen", ("denatured", "m1", "m2"), {"denatured": 1}, {},
             "denatured_clearance·(M1 + M2)/(clearing_half + M1 + M2)·Cd", ("denatured_clearance", "clearing_half")),
)  # fmt: skip


def speeds(state: Any, here: Any) -> Mapping[str, Any]:
    """Speed of every row, never negative.

    Args:
        state: fields by species name, any one shape.
        here: parameters and local fields; ``collagen`` is the intact collagen in mg/mL.

    Returns:
        one field a row id, in the unit of what the row changes, per day.
    """
    terms = _terms(state, here)
    groups = (_inflammation, _cells, _collagen, _elastin_and_water, _vessels_and_surface, _traces)
    return {row: speed for group in groups for row, speed in group(state, here, terms).items()}


def _terms(s: Any, k: Any) -> SimpleNamespace:
    """What several rows share."""
    residents = k.fibroblast_density
    roused = hill(s.tgfb, k.tgfb_half)
    cells = s.fibroblasts + s.committed + s.myofibroblasts
    crowded = 1.0 / (1.0 + cells / (k.crowding * residents))
    gained = positive(s.collagen_3 + s.collagen_1 + s.matured - s.mature_lost) / k.collagen
    ceiling = 1.0 / (1.0 + (gained / k.collagen_ceiling) * (gained / k.collagen_ceiling))
    lacking = positive(s.mature_lost - s.collagen_3 - s.collagen_1 - s.matured) / k.collagen
    third = k.type3_share + k.type3_rise * lacking
    # Under load collagen is kept: a scar does not dissolve, a needled dermis loses what is too much.
    decay = k.new_collagen_decay * (1.0 - k.tension * lacking)
    stiffened = saturating(cells, k.stiffness_cells * residents)
    stiffness = k.dermis_stiffness + (k.granulation_stiffness - k.dermis_stiffness) * stiffened
    gate = hill(stiffness, k.stiffness_half)
    output = (
        k.collagen_output
        * (s.fibroblasts + k.myofibroblast_output_ratio * (s.myofibroblasts + 0.5 * s.committed))
        * ceiling
    )
    inflamed = s.neutrophils / k.protease_neutrophils + s.m1 / k.protease_macrophages
    on_mature = k.protease_on_mature_ratio * k.protease_on_new * s.proteases
    on_elastin = k.protease_on_elastin * s.proteases
    active = saturating(s.fibroblasts, residents)
    return SimpleNamespace(
        residents=residents, roused=roused, crowded=crowded, gained=gained, third=third,
        decay=decay, gate=gate, output=output, inflamed=inflamed, on_mature=on_mature,
        on_elastin=on_elastin, active=active,
    )  # fmt: skip


def _inflammation(s: Any, k: Any, x: SimpleNamespace) -> Mapping[str, Any]:
    """Clot, debris, neutrophils, macrophages and the signals they send."""
    return {
        "R1": k.clot_loss * s.clot,
        "R2": k.debris_loss * s.debris,
        "R3": k.neutrophil_recruitment * saturating(s.debris, k.debris_half),
        "R4": k.neutrophil_loss * s.neutrophils,
        "R5a": k.macrophage_recruitment * saturating(s.neutrophils, k.neutrophil_half),
        "R5b": k.macrophage_recruitment * saturating(s.denatured / k.collagen, k.denatured_half),
        "R6": k.macrophage_switch * s.m1,
        "R7a": k.macrophage_loss * s.m1,
        "R7b": k.repair_macrophage_loss * s.m2,
        "R8a": k.platelet_tgfb * s.clot,
        "R8b": k.macrophage_tgfb * s.m1,
        "R9": k.fibroblast_tgfb * (s.fibroblasts + k.myofibroblast_tgfb_ratio * s.myofibroblasts),
        "R10": k.tgfb_loss * s.tgfb,
    }


def _cells(s: Any, k: Any, x: SimpleNamespace) -> Mapping[str, Any]:
    """Fibroblasts on their way to myofibroblasts and back."""
    return {
        "R11": k.resident_activation * x.residents * x.roused * x.crowded,
        "R12": k.fibroblast_growth * x.roused * s.fibroblasts * x.crowded,
        "R13": k.fibroblast_loss * s.fibroblasts,
        "R14": k.commitment * (1.0 + k.memory_effect * s.primed) * x.roused * s.fibroblasts,
        "R15a": k.myofibroblast_maturation * x.gate * s.committed,
        "R15b": k.myofibroblast_maturation * (1.0 - x.gate) * s.committed,
        "R16": k.myofibroblast_loss * s.myofibroblasts,
    }


def _collagen(s: Any, k: Any, x: SimpleNamespace) -> Mapping[str, Any]:
    """Collagen made, matured and broken down."""
    return {
        "R17a": x.third * x.output,
        "R17b": (1.0 - x.third) * x.output,
        "R18a": (x.decay * k.type3_loss_ratio + k.protease_on_new * s.proteases) * s.collagen_3,
        "R18b": (x.decay + k.protease_on_new * s.proteases) * s.collagen_1,
        "R19a": k.maturation * s.collagen_3,
        "R19b": k.maturation * s.collagen_1,
        "R20a": (k.mature_decay + x.on_mature) * s.matured,
        "R20b": x.on_mature * k.collagen,
        "R20c": x.on_mature * s.mature_lost,
        "R21": k.mature_decay * s.mature_lost,
    }


def _elastin_and_water(s: Any, k: Any, x: SimpleNamespace) -> Mapping[str, Any]:
    """Proteases, elastin, hyaluronan and the water it draws."""
    return {
        "R22a": k.protease_turnover * x.inflamed,
        "R22b": k.protease_turnover * s.proteases,
        "R23a": x.on_elastin,
        "R23b": x.on_elastin * s.elastin_lost,
        "R23c": s.elastin_lost / k.elastin_residence,
        "R24a": k.elastin_yield * x.on_elastin * positive(1.0 - s.elastin_lost),
        "R24b": k.elastin_assembly * s.tropoelastin,
        "R25a": k.hyaluronan_turnover
        * k.hyaluronan_size
        * (x.inflamed + s.fibroblasts / x.residents),
        "R25b": k.hyaluronan_turnover * s.hyaluronan,
        "R25c": k.oedema_drain * (s.hyaluronan + k.oedema_leak * x.inflamed),
        "R25d": k.oedema_drain * s.oedema,
    }


def _vessels_and_surface(s: Any, k: Any, x: SimpleNamespace) -> Mapping[str, Any]:
    """Vessels, cover of the channels, epidermis and what anchors it."""
    return {
        "R26a": k.vessel_turnover * k.vessel_gain * saturating(s.m2, k.vessel_half),
        "R26b": k.vessel_turnover * s.vessels,
        "R27a": s.bare / k.cover_lag,
        "R27b": k.cover_rate * s.closing,
        "R28a": k.epidermis_turnover
        * (
            k.epidermis_signal_gain * k.epidermis_signal * x.active
            + k.epidermis_matrix_gain
            * k.epidermis_matrix
            * saturating(x.gained, k.epidermis_matrix_half)
        ),
        "R28b": k.epidermis_turnover * s.epidermis,
        "R29a": k.collagen7_turnover * k.collagen7_gain * k.collagen7_response * x.active,
        "R29b": k.collagen7_turnover * s.collagen_7,
    }


def _traces(s: Any, k: Any, x: SimpleNamespace) -> Mapping[str, Any]:
    """Memory, pigment, and denatured collagen that is cleared."""
    return {
        "R30a": k.memory * k.memory_loss * saturating(s.myofibroblasts, x.residents),
        "R30b": k.memory_loss * s.primed,
        "R31a": k.melanocyte_loss * k.pigment_tendency * saturating(x.inflamed, k.pigment_half),
        "R31b": k.melanocyte_loss * s.melanocytes,
        "R32a": k.melanin_yield * s.melanocytes,
        "R32b": k.melanin_decay * s.melanin,
        "R33": k.denatured_clearance * saturating(s.m1 + s.m2, k.clearing_half) * s.denatured,
    }


TABLE = ReactionTable(SPECIES, REACTIONS, speeds)
