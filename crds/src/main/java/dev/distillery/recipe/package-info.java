/**
 * The recipe's schema: what a user writes under {@code spec}, as records.
 *
 * <p>Defaults are stated once, in {@link io.fabric8.generator.annotation.Default} beside the field, each with its source
 * in the field's description; they reach the CRD, and everyone applies them from there ({@link
 * dev.distillery.schema.StructuralSchema#applyDefaults}). What depends on the model family is null in the schema and is
 * filled in by {@link dev.distillery.recipe.RecipeResolver}.
 */
package dev.distillery.recipe;
