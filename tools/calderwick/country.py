"""Pyramids in the valleys, villages and hills of Calderwick (synthetic); all invented.

Spots are kilometres east and north of the map's corner (`land.ORIGIN_M`).
"""

from __future__ import annotations

from tools.calderwick.pyramids import FRINGE, VILLAGE, Pyramid, feeders

COUNTRY: tuple[Pyramid, ...] = (
    # Along the river and on the hills between the towns
    Pyramid(
        name="Brigholme",
        top="Brigholme Academy",
        at=(18.8, 17.5),
        deprivation=0.3,
        today="Brigholme",
        spread=0.95,
        sixth_form=True,
        feeders=feeders("""
            Brigholme Primary School
            Calderside Primary School
            Crosslea CE Primary School
            Northing Lane Primary School
            Easthagg | apart
        """),
    ),
    Pyramid(
        name="Almondthorpe",
        top="Almondthorpe School",
        at=(15.0, 13.4),
        deprivation=0.6,
        today="Calderwick East",
        spread=0.85,
        feeders=feeders("""
            Almondthorpe Primary School
            Castle Hag Primary School
            Fenfold Primary School
            Lingley CE Primary School
            Dalehag Primary School
        """),
    ),
    Pyramid(
        name="Highfold",
        top="Highfold School",
        at=(17.0, 15.5),
        deprivation=0.25,
        today="Highfold",
        spread=0.9,
        rurality=FRINGE,
        feeders=feeders("""
            Highfold Primary School
            Rowanhey Primary School
            Gawthwaite CE Primary School
            Lepshaw Primary School
        """),
    ),
    # The western valley and the upland north of it
    Pyramid(
        name="Ravendale",
        top="Ravendale High School",
        at=(6.5, 16.0),
        deprivation=0.4,
        today="Ravendale",
        rurality=FRINGE,
        feeders=feeders("""
            Ravenbridge CE Primary School | primary | 5.5 16.2
            Crimble Clough Primary School | primary | 4.5 16.7
            Wellhag Primary School | primary | 7.0 17.2
            Marshope CE Primary School | primary | 2.2 17.3
            Blakehope Primary School | primary | 3.3 18.3
            Golcroft Primary School | primary | 7.4 15.1
        """),
    ),
    Pyramid(
        name="Blackrigg",
        top="Blackrigg High School",
        at=(7.4, 19.9),
        deprivation=0.3,
        today="Blackrigg",
        rurality=FRINGE,
        feeders=feeders("""
            Blackrigg Primary School | primary | 7.8 20.6
            Outmoor CE Primary School | primary | 4.9 20.5
            Lindhey | pair | 8.9 19.0
            Scarhope Primary School | primary | 6.2 22.0
        """),
    ),
    # The south-western valley
    Pyramid(
        name="Merrow Valley",
        top="Merrow Valley High School",
        at=(6.8, 8.8),
        deprivation=0.18,
        today="Merrow Valley",
        rurality=FRINGE,
        sixth_form=True,
        feeders=feeders("""
            Merrowfirth Primary School | primary | 5.9 7.8
            Hepshaw Primary School | primary | 8.6 7.3
            Upper Merrow CE Primary School | primary | 4.5 6.6
            Hinchcroft Primary School | primary | 6.1 9.7
            Wooldshaw Primary School | primary | 7.9 9.6
            Scholeshope Primary School | primary | 7.3 6.6
            Nethershope CE Primary School | primary | 3.0 5.1
            Brockley Hope Primary School | primary | 4.9 8.8
        """),
    ),
    Pyramid(
        name="Merrowbridge",
        top="Merrowbridge High School",
        at=(9.4, 11.5),
        deprivation=0.22,
        today="Merrowbridge",
        rurality=FRINGE,
        feeders=feeders("""
            Merrowbridge | pair | 9.8 10.9
            Brockhey CE Primary School | primary | 8.3 12.1
            Farnshaw Primary School | primary | 11.0 11.4
            Melthope Primary School | primary | 6.7 12.1
        """),
    ),
    # The three-tier pyramid in the south-east
    Pyramid(
        name="Harrowdale",
        top="Harrowdale College",
        at=(18.2, 9.3),
        deprivation=0.15,
        today="Harrowdale",
        rurality=VILLAGE,
        sixth_form=True,
        feeders=feeders("""
            Harrowdale First School | first | 18.0 9.9
            Kirkharrow CE First School | first | 15.9 11.2
            Denbeck First School | first | 20.6 7.4
            Upper Denbeck First School | first | 19.1 5.7
            Birdsholme First School | first | 16.4 6.0
            Farncote CE First School | first | 13.7 11.3
            Thurlhope First School | first | 13.3 9.1
            Stockshaw CE First School | first | 15.2 9.8
            Shelthwaite First School | first | 16.7 8.7
            Cumberfold First School | first | 21.3 5.9
            Emberley First School | first | 20.7 11.5
            Flockshaw CE First School | first | 19.2 12.9
            Grangefold CE First School | first | 17.4 12.5
            Kayroyd First School | first | 21.7 9.5
            Skelholme First School | first | 23.1 8.6
            Hoyleshope First School | first | 14.4 7.3
            Kirkharrow Middle School | middle | 16.5 10.6
            Denbeck Middle School | middle | 20.2 8.1
        """),
    ),
)
