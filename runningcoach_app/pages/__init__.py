"""One file per page, run by `main.py` through `st.navigation`: ask a read model, draw. No query, no formula."""
