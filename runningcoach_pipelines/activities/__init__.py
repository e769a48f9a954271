"""FIT frames to activities: sessions, laps and samples in SI units, local time, and which files are one run.

Pure: frames in, frames out. Nothing here reads a store; nothing here computes training science.
"""
