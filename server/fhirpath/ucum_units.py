"""The units that are known, each by a number of units above it in the table; base units count as themselves.

Covered are the SI, the units of laboratories and vital signs, the customary units of the United States, and shares.
Amounts (`mol`) are a dimension of their own, as are arbitrary units (`[IU]`) and degrees of an angle; what UCUM defines
by a logarithm is left out.
Source: https://ucum.org/ucum#section-Tables-of-Terminal-Symbols
"""

from __future__ import annotations

from collections.abc import Mapping

PREFIXES: Mapping[str, int] = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3,
    "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip
"""The powers of ten that may stand before a metric unit."""

BASE = ("m", "s", "g", "rad", "K", "C", "cd", "mol")
"""Metric units that are defined by themselves."""

ARBITRARY = ("[IU]", "[arb'U]", "[USP'U]", "[GPL'U]", "[MPL'U]", "[PFU]", "[CFU]", "[Ch]", "[pH]", "[S]", "deg")
"""Units that compare with nothing but themselves."""

METRIC: Mapping[str, tuple[str, str]] = {
    "L": ("1", "dm3"), "l": ("1", "L"), "ar": ("100", "m2"), "t": ("1000", "kg"),
    "Hz": ("1", "s-1"), "N": ("1", "kg.m/s2"), "Pa": ("1", "N/m2"), "J": ("1", "N.m"), "W": ("1", "J/s"),
    "A": ("1", "C/s"), "V": ("1", "J/C"), "F": ("1", "C/V"), "Ohm": ("1", "V/A"), "S": ("1", "A/V"),
    "Wb": ("1", "V.s"), "T": ("1", "Wb/m2"), "H": ("1", "Wb/A"),
    "Bq": ("1", "s-1"), "Ci": ("37", "GBq"), "Gy": ("1", "J/kg"), "Sv": ("1", "J/kg"),
    "bar": ("100", "kPa"), "m[Hg]": ("133.322", "kPa"), "m[H2O]": ("9.80665", "kPa"),
    "dyn": ("1", "g.cm/s2"), "erg": ("1", "dyn.cm"), "P": ("1", "dyn.s/cm2"), "St": ("1", "cm2/s"),
    "RAD": ("100", "erg/g"), "REM": ("1", "RAD"),
    "cal": ("4.184", "J"), "cal_th": ("4.184", "J"), "cal_IT": ("4.1868", "J"), "[Cal]": ("1", "kcal"),
    "eq": ("1", "mol"), "osm": ("1", "mol"), "kat": ("1", "mol/s"), "U": ("1", "umol/(60.s)"), "g%": ("1", "g/dL"),
    "[iU]": ("1", "[IU]"),
}  # fmt: skip
"""Units that take a prefix."""

PLAIN: Mapping[str, tuple[str, str]] = {
    "10*": ("10", "1"), "10^": ("10", "1"), "%": ("0.01", "1"), "[ppth]": ("0.001", "1"), "[ppm]": ("1", "10*-6"),
    "[ppb]": ("1", "10*-9"), "[pptr]": ("1", "10*-12"), "[HPF]": ("1", "1"), "[LPF]": ("100", "1"),
    "min": ("60", "s"), "h": ("60", "min"), "d": ("24", "h"), "wk": ("7", "d"), "a_j": ("365.25", "d"),
    "a": ("1", "a_j"), "mo_j": ("30.4375", "d"), "mo": ("1", "mo_j"),
    "'": ("1", "deg/60"), "''": ("1", "deg/3600"),
    "[in_i]": ("2.54", "cm"), "[ft_i]": ("12", "[in_i]"), "[yd_i]": ("3", "[ft_i]"), "[mi_i]": ("5280", "[ft_i]"),
    "[nmi_i]": ("1852", "m"), "[sin_i]": ("1", "[in_i]2"), "[sft_i]": ("1", "[ft_i]2"), "[cin_i]": ("1", "[in_i]3"),
    "[gr]": ("64.79891", "mg"), "[lb_av]": ("7000", "[gr]"), "[oz_av]": ("1", "[lb_av]/16"),
    "[dr_av]": ("1", "[oz_av]/16"), "[stone_av]": ("14", "[lb_av]"), "[ston_av]": ("2000", "[lb_av]"),
    "[oz_tr]": ("480", "[gr]"), "[lb_tr]": ("12", "[oz_tr]"), "[sc_ap]": ("20", "[gr]"), "[dr_ap]": ("3", "[sc_ap]"),
    "[gal_us]": ("231", "[in_i]3"), "[qt_us]": ("1", "[gal_us]/4"), "[pt_us]": ("1", "[qt_us]/2"),
    "[foz_us]": ("1", "[gal_us]/128"), "[cup_us]": ("8", "[foz_us]"), "[tbs_us]": ("1", "[foz_us]/2"),
    "[tsp_us]": ("1", "[tbs_us]/3"), "[gal_br]": ("4.54609", "L"), "[cup_m]": ("240", "mL"), "[foz_m]": ("30", "mL"),
    "[tbs_m]": ("15", "mL"), "[tsp_m]": ("5", "mL"), "[drp]": ("1", "mL/20"),
    "atm": ("101325", "Pa"), "[g]": ("9.80665", "m/s2"), "[lbf_av]": ("1", "[lb_av].[g]"),
    "[psi]": ("1", "[lbf_av]/[in_i]2"), "[in_i'Hg]": ("1", "m[Hg].[in_i]/m"), "[in_i'H2O]": ("1", "m[H2O].[in_i]/m"),
}  # fmt: skip
"""Units that take no prefix."""

OFFSET: Mapping[str, tuple[str, str, str]] = {
    "Cel": ("273.15", "1", "K"),
    "[degF]": ("459.67", "5/9", "K"),
}
"""Units whose zero is elsewhere: what is added to the number, and then its factor; they stand alone."""
