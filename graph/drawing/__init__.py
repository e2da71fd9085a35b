"""Pictures of the network as SVG, drawn by Python alone.

There is one module a picture: `departments`, `neighbours`, `escalation`. Each asks the port and reads the names, lets a
layout, which knows sizes only (`tree`, `rings`), find the places, and writes by `svg`. No library is behind it: those
that lay out boxes of different widths need a program of the system, and the others lay out points.
"""
