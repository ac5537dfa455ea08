"""Who leads: a school for each cluster, areas of clusters, and who leads those.

Leads are chosen from those able and willing; every choice is checked again by code that shares
nothing with the choosing.
"""

from clusters.leads.areas import AreaLead, Areas, check_areas, make_areas
from clusters.leads.candidates import Candidate, LeadPriorities, LeadRules, leads_as_centres
from clusters.leads.checking import check_leads
from clusters.leads.choosing import Lead, Leads, choose_leads
from clusters.leads.scale import problem_of_clusters

__all__ = [
    "AreaLead",
    "Areas",
    "Candidate",
    "Lead",
    "LeadPriorities",
    "LeadRules",
    "Leads",
    "check_areas",
    "check_leads",
    "choose_leads",
    "leads_as_centres",
    "make_areas",
    "problem_of_clusters",
]
