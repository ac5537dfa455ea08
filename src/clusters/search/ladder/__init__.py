"""A ladder of targets climbed from the bound to the best plan.

There are two ways up. By columns: every cluster that a plan at or below a target can hold is
listed. By cores: reduced costs leave a small *core* of pairs that such a plan must come from, and
HiGHS searches it exactly, with separator inequalities where a solution needs them to be contiguous.
Nothing there: the target is a new bound. A plan there: the best of the core is the best of all.
Columns are stronger where they can be listed, cores where clusters are large or bounds are loose;
which it is shows when both are tried.
"""
