"""Synthetic subscriber records with planted violations: to try thuebao out, to test it and to measure it.

Nobody in them exists: names are drawn from word lists, all numbers from counters.
"""

from thuebao.sample.write import SampleReport, write_sample

__all__ = ["SampleReport", "write_sample"]
