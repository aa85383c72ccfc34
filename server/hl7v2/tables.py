"""HL7 v2 tables to FHIR codes, one table each; a code that is not in its table is kept beside the table it comes from.

Source: http://hl7.org/fhir/uv/v2mappings (concept maps of HL7's v2-to-FHIR guide)
"""

from __future__ import annotations

from collections.abc import Mapping

V3 = "http://terminology.hl7.org/CodeSystem/v3-"
V2 = "http://terminology.hl7.org/CodeSystem/v2-"

GENDER: Mapping[str, str] = {
    "F": "female",
    "M": "male",
    "O": "other",
    "A": "other",
    "N": "other",
    "X": "other",
    "U": "unknown",
}
"""0001 administrative sex to administrative-gender."""

MARITAL: Mapping[str, tuple[str, str]] = {
    "A": (f"{V3}MaritalStatus", "L"),
    "B": (f"{V3}MaritalStatus", "U"),
    "C": (f"{V3}MaritalStatus", "C"),
    "D": (f"{V3}MaritalStatus", "D"),
    "E": (f"{V3}MaritalStatus", "L"),
    "G": (f"{V3}MaritalStatus", "T"),
    "I": (f"{V3}MaritalStatus", "I"),
    "M": (f"{V3}MaritalStatus", "M"),
    "N": (f"{V3}MaritalStatus", "A"),
    "O": (f"{V3}NullFlavor", "OTH"),
    "P": (f"{V3}MaritalStatus", "T"),
    "R": (f"{V3}MaritalStatus", "T"),
    "S": (f"{V3}MaritalStatus", "S"),
    "T": (f"{V3}NullFlavor", "NAVU"),
    "U": (f"{V3}NullFlavor", "UNK"),
    "W": (f"{V3}MaritalStatus", "W"),
}
"""0002 marital status."""

PATIENT_CLASS: Mapping[str, tuple[str, str]] = {
    "E": (f"{V3}ActCode", "EMER"),
    "I": (f"{V3}ActCode", "IMP"),
    "O": (f"{V3}ActCode", "AMB"),
    "P": (f"{V3}ActCode", "PRENC"),
    "V": (f"{V3}ActCode", "VR"),
}
"""0004 patient class to Encounter.class; other classes keep their v2 code."""

NAME_USE: Mapping[str, str] = {
    "BAD": "old",
    "D": "usual",
    "L": "official",
    "M": "maiden",
    "MSK": "anonymous",
    "N": "nickname",
    "NAV": "temp",
    "R": "official",
    "TEMP": "temp",
}
"""0200 name type to name-use."""

ADDRESS_USE: Mapping[str, str] = {
    "B": "work",
    "BA": "old",
    "BI": "billing",
    "C": "temp",
    "H": "home",
    "HOME": "home",
    "O": "work",
}
"""0190 address type to address-use."""

ADDRESS_TYPE: Mapping[str, str] = {"M": "postal", "SH": "postal"}
"""0190 address type to address-type."""

TELECOM_USE: Mapping[str, str] = {"PRN": "home", "WPN": "work", "PRS": "mobile", "HOME": "home", "WORK": "work"}
"""0201 telecommunication use to contact-point-use."""

TELECOM_SYSTEM: Mapping[str, str] = {
    "BP": "pager",
    "CP": "phone",
    "FX": "fax",
    "INTERNET": "email",
    "MD": "other",
    "PH": "phone",
    "SAT": "other",
    "TDD": "other",
    "TTY": "other",
    "X.400": "email",
}
"""0202 telecommunication equipment to contact-point-system; a cell phone (CP) is also of use mobile."""

CONTACT_ROLE = frozenset("EUCFINSO")
"""0131 contact role, the codes that the table has."""

_ROLE = f"{V3}RoleCode"

RELATIONSHIP: Mapping[str, tuple[str, str]] = {
    "BRO": (_ROLE, "BRO"),
    "CHD": (_ROLE, "CHILD"),
    "DOM": (_ROLE, "SIGOTHR"),
    "EMC": (f"{V2}0131", "C"),
    "EMR": (f"{V2}0131", "E"),
    "EXF": (_ROLE, "EXT"),
    "FCH": (_ROLE, "CHLDFOST"),
    "FND": (_ROLE, "FRND"),
    "FTH": (_ROLE, "FTH"),
    "GCH": (_ROLE, "GRNDCHILD"),
    "GRP": (_ROLE, "GRPRN"),
    "MTH": (_ROLE, "MTH"),
    "NCH": (_ROLE, "NCHILD"),
    "OTH": (f"{V2}0131", "O"),
    "PAR": (_ROLE, "PRN"),
    "SCH": (_ROLE, "STPCHLD"),
    "SEL": (_ROLE, "ONESELF"),
    "SIB": (_ROLE, "SIB"),
    "SIS": (_ROLE, "SIS"),
    "SPO": (_ROLE, "SPS"),
    "UNK": (f"{V2}0131", "U"),
}
"""0063 relationship to patient-relationshiptype."""

SUBSCRIBER_RELATIONSHIP: Mapping[str, str] = {
    **dict.fromkeys(("SEL", "SELF"), "self"),
    **dict.fromkeys(("SPO", "SPS", "SPOUSE"), "spouse"),
    **dict.fromkeys(("CHD", "NCH", "SCH", "FCH", "CHILD"), "child"),
    **dict.fromkeys(("PAR", "MTH", "FTH"), "parent"),
    "DOM": "common",
    **dict.fromkeys(("BRO", "EMR", "EXF", "GCH", "GRD", "GRP", "OTH", "SIB", "SIS"), "other"),
}
"""0063 relationship to subscriber-relationship. Numbers are left alone: X12 and NUBC give them different meanings."""

DIAGNOSIS_STATUS: Mapping[str, str] = {"F": "confirmed", "W": "provisional"}
"""0052 diagnosis type to condition-ver-status; an admitting diagnosis (A) says nothing of its certainty."""

DIAGNOSIS_ROLE: Mapping[str, str] = {"A": "AD"}
"""0052 diagnosis type to diagnosis-role."""

LANGUAGE: Mapping[str, str] = {
    "ara": "ar",
    "chi": "zh",
    "deu": "de",
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "ger": "de",
    "ita": "it",
    "jpn": "ja",
    "kor": "ko",
    "pol": "pl",
    "por": "pt",
    "rus": "ru",
    "spa": "es",
    "vie": "vi",
    "zho": "zh",
}
"""0296 (ISO 639-2) to BCP 47, which takes the two-letter code where there is one."""

CODING_SYSTEM: Mapping[str, str] = {
    **dict.fromkeys(("C4", "C5", "CPT", "CPT4", "CPT-4"), "http://www.ama-assn.org/go/cpt"),
    **dict.fromkeys(("HCPCS", "HCPC", "HPC", "HCPT"), "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"),
    **dict.fromkeys(("I10", "I10C", "ICD10", "ICD-10", "ICD10CM", "ICD-10-CM"), "http://hl7.org/fhir/sid/icd-10-cm"),
    **dict.fromkeys(("I10P", "ICD10PCS", "ICD-10-PCS"), "http://www.cms.gov/Medicare/Coding/ICD10"),
    **dict.fromkeys(("I9", "I9C", "I9CDX", "ICD9", "ICD-9-CM"), "http://hl7.org/fhir/sid/icd-9-cm"),
    **dict.fromkeys(("SCT", "SNOMED", "SNM"), "http://snomed.info/sct"),
    **dict.fromkeys(("LN", "LOINC"), "http://loinc.org"),
    **dict.fromkeys(("NDC",), "http://hl7.org/fhir/sid/ndc"),
    **dict.fromkeys(("CVX",), "http://hl7.org/fhir/sid/cvx"),
    **dict.fromkeys(("RXNORM",), "http://www.nlm.nih.gov/research/umls/rxnorm"),
    **dict.fromkeys(("UCUM",), "http://unitsofmeasure.org"),
    **dict.fromkeys(("NUBC",), "https://www.nubc.org/CodeSystem/RevenueCodes"),
}
"""0396 coding systems to their FHIR URIs."""

NPI = "http://hl7.org/fhir/sid/us-npi"
SSN = "http://hl7.org/fhir/sid/us-ssn"

AUTHORITY: Mapping[str, str] = {
    "NPI": NPI,
    "USSSA": SSN,
    "SSA": SSN,
    "2.16.840.1.113883.4.6": NPI,
    "2.16.840.1.113883.4.1": SSN,
}
"""0363 assigning authorities and their OIDs that have a URI of their own in FHIR."""

IDENTIFIER_SYSTEM: Mapping[str, str] = {"NPI": NPI, "SS": SSN}
"""0203 identifier types that are of one authority wherever they appear."""
