"""One file per page, run by `main.py` through `st.navigation`: ask a read model, draw. No query, no formula.

The folder is not called `pages`: Streamlit runs the scripts of a folder of that name beside `main.py` by themselves
for whoever comes first, without what `main.py` prepares.
"""
