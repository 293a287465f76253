"""The benchmark's report: one HTML file that holds everything it shows.

Data (`runs`, `worst`) -> plots (`svg`, `charts`) and pictures (`pictures`) -> page
(`tables`, `page`, `template.html.j2`, `style.css`).
"""
