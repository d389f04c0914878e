"""What real stages make of an ideal exchange design: mass action, entrainment, efficiency, the loop, impurities."""

from .practice import Practice
from .quality import Quality
from .result import RealStages, RealStep
from .steps import real_stages

__all__ = ["Practice", "Quality", "RealStages", "RealStep", "real_stages"]
