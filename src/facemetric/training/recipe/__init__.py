"""Recipes: TOML, checked whole before anything runs."""

from facemetric.training.recipe.mistakes import RecipeError
from facemetric.training.recipe.overrides import apply_overrides
from facemetric.training.recipe.read import merged, parse_recipe, read_recipe
from facemetric.training.recipe.recipe import Recipe

__all__ = [
    "Recipe",
    "RecipeError",
    "apply_overrides",
    "merged",
    "parse_recipe",
    "read_recipe",
]
