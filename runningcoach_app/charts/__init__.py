"""Frame in, Altair chart out. Charts know no database and no Streamlit; colours are names of the theme."""
