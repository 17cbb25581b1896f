"""The contestants that auk is measured against: one module each, all with the same few methods (see worker.py)."""
