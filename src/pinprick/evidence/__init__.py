"""Where numbers come from: facts, parameters and studies, and the registry that serves them.

No other room holds a physical number. A stage asks for ``lanes.stage("needling")`` and reads its
parameters there, one value per member; the registry notes which it read, so that every figure can
be traced to its papers.
"""

from pinprick.evidence.lanes import Lanes, Stage
from pinprick.evidence.records import Basis, Doubt, Fact, Parameter, Quote, Spread, Study
from pinprick.evidence.registry import Registry, registry

__all__ = [
    "Basis",
    "Doubt",
    "Fact",
    "Lanes",
    "Parameter",
    "Quote",
    "Registry",
    "Spread",
    "Stage",
    "Study",
    "registry",
]
