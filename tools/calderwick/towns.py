"""Pyramids in the towns of Calderwick (synthetic); all invented.

Spots are kilometres east and north of the map's corner (`land.ORIGIN_M`).
"""

from __future__ import annotations

from tools.calderwick.pyramids import Pyramid, feeders

TOWNS: tuple[Pyramid, ...] = (
    # The main town, in the middle of the map
    Pyramid(
        name="Fellgate",
        top="Fellgate Academy",
        at=(10.1, 17.1),
        deprivation=0.75,
        today="Calderwick North",
        feeders=feeders("""
            Brackenfold Primary School
            Whinroyd | pair
            Cinderfold Primary School
            Fellgate St Bega's CE Primary School
            Larkshaw Primary School
        """),
    ),
    Pyramid(
        name="Tenterfield",
        top="Tenterfield High School",
        at=(12.9, 17.7),
        deprivation=0.5,
        today="Tenterfield",
        sixth_form=True,
        feeders=feeders("""
            Tenterhey Primary School
            Rushbeck | pair
            Oakenhey Primary School
            Millrace Lane Primary School
            Hollincroft Primary School
        """),
    ),
    Pyramid(
        name="Dyehouse Lane",
        top="Dyehouse Lane Academy",
        at=(11.3, 15.4),
        deprivation=0.95,
        today="Calderwick North",
        spread=0.6,
        feeders=feeders("""
            Madderfield Primary School
            Woadcroft Primary School
            Shuttle Street | pair
            Canal Fold Primary School
        """),
    ),
    Pyramid(
        name="Lowbridge",
        top="Lowbridge High School",
        at=(13.7, 15.4),
        deprivation=0.6,
        today="Calderwick East",
        feeders=feeders("""
            Lowbridge Primary School
            Ingsmead | pair
            Teasel Bank Primary School
            Lowbridge St Osith's CE Primary School
            Weirside Primary School
        """),
    ),
    Pyramid(
        name="Stonecroft",
        top="Stonecroft School",
        at=(9.0, 14.9),
        deprivation=0.3,
        today="Stonecroft",
        sixth_form=True,
        feeders=feeders("""
            Stonecroft Primary School
            Quarrywell | pair
            Marlshaw Primary School
            Nabroyd Primary School
            Thornhey CE Primary School
        """),
    ),
    Pyramid(
        name="Nethercroft",
        top="Nethercroft High School",
        at=(12.3, 13.2),
        deprivation=0.7,
        today="Calderwick South",
        feeders=feeders("""
            Nethercroft Primary School
            Ferncote Primary School
            Dobbin Lane Primary School
            Kestrelfold | apart
        """),
    ),
    Pyramid(
        name="Millhey",
        top="Millhey School",
        at=(10.6, 13.3),
        deprivation=0.65,
        today="Calderwick South",
        phase="all-through",
        feeders=feeders("""
            Cloughgate Primary School
            Bobbin Lane Primary School
        """),
    ),
    # Catholic schools, with their intake from everywhere
    Pyramid(
        name="St Oswin's",
        top="St Oswin's Catholic High School",
        at=(12.0, 16.5),
        deprivation=0.5,
        today="",  # each with the group round it
        faith="Roman Catholic",
        sixth_form=True,
        feeders=feeders("""
            St Aelfleda's Catholic Primary School | primary | 10.8 16.2
            St Hybald's Catholic Primary School | primary | 13.1 14.5
            St Tibba's Catholic Primary School | primary | 20.7 20.7
            St Rumon's Catholic Primary School | primary | 23.0 16.3
            St Winnoc's Catholic Primary School | primary | 16.6 22.7
            Our Lady of the Fells Catholic Primary School | primary | 8.8 10.8
            St Urith's Catholic Primary School | primary | 18.5 17.9
            St Edwen's Catholic Primary School | primary | 6.7 15.6
        """),
    ),
    # The town in the north-east
    Pyramid(
        name="Ashbeck",
        top="Ashbeck Academy",
        at=(20.3, 21.6),
        deprivation=0.8,
        today="Ashbeck",
        feeders=feeders("""
            Ashbeck Primary School
            Carrfold | pair
            Mungo Lane Primary School
            Ashbeck St Hild's CE Primary School
            Al Qamar Islamic Primary School
        """),
    ),
    Pyramid(
        name="Whinfold",
        top="Whinfold High School",
        at=(22.0, 20.1),
        deprivation=0.7,
        today="Whinfold",
        feeders=feeders("""
            Whinfold Primary School
            Soothcliffe Primary School
            Larchgate Primary School
            Brickfold Primary School
            Hagroyd Primary School
        """),
    ),
    Pyramid(
        name="Kellgate",
        top="Kellgate School",
        at=(18.7, 20.0),
        deprivation=0.5,
        today="Kellgate and Lingbrook",
        feeders=feeders("""
            Kellgate Primary School
            Field Hey Primary School
            Kellshaw CE Primary School
            Springhag Primary School
            Tanpit Lane Primary School
        """),
    ),
    # The town in the east
    Pyramid(
        name="Millthwaite",
        top="Millthwaite High School",
        at=(23.3, 17.2),
        deprivation=0.88,
        today="Millthwaite",
        feeders=feeders("""
            Millthwaite Primary School
            Boothcroft Primary School
            Ravens Mill Primary School
            Fulling Lane Primary School
            Scarfold Primary School
        """),
    ),
    Pyramid(
        name="Ravensholme",
        top="Ravensholme Academy",
        at=(24.5, 15.2),
        deprivation=0.75,
        today="Ravensholme",
        feeders=feeders("""
            Ravensholme Primary School
            Overcalder Primary School
            Wharfgate Primary School
            Eastfold Primary School
            Lady Ing Primary School
        """),
    ),
    Pyramid(
        name="Bishop Aldred",
        top="Bishop Aldred CE Academy",
        at=(22.0, 15.3),
        deprivation=0.5,
        today="Ravensholme",
        faith="Church of England",
        feeders=feeders("""
            Millthwaite St Ebba's CE Primary School
            Thorncote CE Primary School
            Crowhey Primary School
            Hopperfold Primary School
            Westhag Primary School
        """),
    ),
    # The town in the north
    Pyramid(
        name="Thornley Bridge",
        top="Thornley Bridge High School",
        at=(16.1, 23.4),
        deprivation=0.4,
        today="Thornley Bridge",
        sixth_form=True,
        feeders=feeders("""
            Thornley Bridge Primary School
            Clayroyd Primary School
            Windhey Primary School
            Thornley St Alban's CE Primary School
            Lingmoor Lane Primary School
        """),
    ),
    Pyramid(
        name="Lingbrook",
        top="Lingbrook Academy",
        at=(17.9, 22.1),
        deprivation=0.55,
        today="Kellgate and Lingbrook",
        feeders=feeders("""
            Lingbrook Primary School
            Heckroyd Primary School
            Norfold Primary School
            Carding Lane Primary School
            High Ling CE Primary School
        """),
    ),
    Pyramid(
        name="Scarcote",
        top="Scarcote Community School",
        at=(14.7, 21.0),
        deprivation=0.6,
        today="Thornley Bridge",
        phase="all-through",
        feeders=feeders("""
            Hartsfold Primary School
            Hunsroyd Primary School
            Scholecroft Primary School
        """),
    ),
)
