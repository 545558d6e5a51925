"""Report of a period: what was counted of it, its sums, and how they are told. Pure.

figures.py    what a report of a period holds
electricity.py  its energy by each method of the grid
counted.py    how much of it was counted, and what was not
compute.py    from sums of the history to a report
sections.py   for a reader: text, markdown, HTML
documents.py  for a program: JSON and CSV
"""
