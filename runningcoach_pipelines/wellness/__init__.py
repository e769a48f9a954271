"""FIT wellness files to a day's values: resting heart rate, HRV, sleep, stress, weight, VO2max.

Pure: frames in, frames out. A file gives readings (`readings`), the readings of all files give days (`days`).
"""
