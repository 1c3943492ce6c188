"""The regions of countries whose tax and addresses go by them: ISO 3166-2 without the country, the name, and what people
write besides."""

from __future__ import annotations

US = """
AL|Alabama|Ala
AK|Alaska|Alas
AZ|Arizona|Ariz
AR|Arkansas|Ark
CA|California|Calif|Cal
CO|Colorado|Colo|Col
CT|Connecticut|Conn
DE|Delaware|Del
DC|District of Columbia|Washington DC|Wash DC|Dist of Columbia
FL|Florida|Fla|Flor
GA|Georgia
HI|Hawaii
ID|Idaho|Ida
IL|Illinois|Ill|Ills
IN|Indiana|Ind
IA|Iowa|Ioa
KS|Kansas|Kans|Kan
KY|Kentucky
LA|Louisiana
ME|Maine
MD|Maryland
MA|Massachusetts|Mass
MI|Michigan|Mich
MN|Minnesota|Minn
MS|Mississippi|Miss
MO|Missouri
MT|Montana|Mont
NE|Nebraska|Nebr|Neb
NV|Nevada|Nev
NH|New Hampshire|N Hamp
NJ|New Jersey|N Jersey
NM|New Mexico|N Mex|New Mex
NY|New York|N York|New York State
NC|North Carolina|N Carolina|N Car|No Carolina
ND|North Dakota|N Dakota|N Dak|No Dakota
OH|Ohio
OK|Oklahoma|Okla
OR|Oregon|Ore|Oreg
PA|Pennsylvania|Penn|Penna
RI|Rhode Island|R Island
SC|South Carolina|S Carolina|S Car|So Carolina
SD|South Dakota|S Dakota|S Dak|So Dakota
TN|Tennessee|Tenn
TX|Texas|Tex
UT|Utah
VT|Vermont
VA|Virginia|Virg
WA|Washington|Wash|Washington State
WV|West Virginia|W Virginia|W Va
WI|Wisconsin|Wis|Wisc
WY|Wyoming|Wyo
AS|American Samoa
GU|Guam
MP|Northern Mariana Islands|CNMI
PR|Puerto Rico|P Rico
VI|Virgin Islands|US Virgin Islands|USVI|Virgin Islands of the US
UM|US Minor Outlying Islands
AA|Armed Forces Americas
AE|Armed Forces Europe
AP|Armed Forces Pacific
FM|Federated States of Micronesia|Micronesia
MH|Marshall Islands
PW|Palau
"""
CA = """
AB|Alberta|Alta
BC|British Columbia|Brit Col|Colombie Britannique
MB|Manitoba|Man
NB|New Brunswick|Nouveau Brunswick
NL|Newfoundland and Labrador|Newfoundland|NF|Nfld|Labrador|Terre Neuve et Labrador
NS|Nova Scotia|Nouvelle Ecosse
NT|Northwest Territories|NWT|N W Territories|Territoires du Nord Ouest
NU|Nunavut
ON|Ontario|Ont
PE|Prince Edward Island|PEI|Ile du Prince Edouard
QC|Quebec|PQ|Que|Province of Quebec|Province de Quebec
SK|Saskatchewan|Sask
YT|Yukon|YK|Yukon Territory
"""
AU = """
ACT|Australian Capital Territory|Canberra
NSW|New South Wales|N S Wales
NT|Northern Territory|N Territory
QLD|Queensland
SA|South Australia|S Australia
TAS|Tasmania
VIC|Victoria
WA|Western Australia|W Australia|West Australia
"""
# What a region is called where it is asked for, and the table.
COUNTRIES = {"US": ("state", US), "CA": ("province", CA), "AU": ("state", AU)}
# Further words for countries; every other one goes by its two letters.
COUNTRY_WORDS = {
    "US": "USA|United States|United States of America|U S of A|America|Vereinigte Staaten|Etats Unis|Estados Unidos|EEUU",
    "CA": "CAN|Canada|Kanada",
    "AU": "AUS|Australia",
    "GB": "GBR|UK|United Kingdom|Great Britain|England|Scotland|Wales|Northern Ireland",
    "IE": "IRL|Ireland|Republic of Ireland",
    "NZ": "NZL|New Zealand",
    "MX": "MEX|Mexico",
    "DE": "DEU|Germany|Deutschland",
    "AT": "AUT|Austria|Osterreich|Oesterreich",
    "CH": "CHE|Switzerland|Schweiz|Suisse|Svizzera",
    "FR": "FRA|France",
    "ES": "ESP|Spain|Espana",
    "PT": "PRT|Portugal",
    "IT": "ITA|Italy|Italia",
    "NL": "NLD|Netherlands|The Netherlands|Holland|Nederland",
    "BE": "BEL|Belgium|Belgique|Belgie",
    "LU": "LUX|Luxembourg",
    "DK": "DNK|Denmark|Danmark",
    "SE": "SWE|Sweden|Sverige",
    "NO": "NOR|Norway|Norge",
    "FI": "FIN|Finland|Suomi",
    "PL": "POL|Poland|Polska",
    "CZ": "CZE|Czechia|Czech Republic",
    "JP": "JPN|Japan",
    "CN": "CHN|China",
    "IN": "IND|India",
    "BR": "BRA|Brazil|Brasil",
}
