"""The Streamlit dashboard. `main.py` is what `runningcoach up` serves."""
