package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distillery.embedded.cel.ValidationRules;
import dev.distillery.schema.StructuralSchema;

/**
 * What one version of a CustomResourceDefinition says about its objects.
 *
 * @param schema the {@code openAPIV3Schema} as written
 * @param fields the same schema, ready to default, prune and validate
 * @param rules its CEL rules
 * @param printerColumns the {@code additionalPrinterColumns}; a missing node when there are none
 */
public record CustomDefinition(
        JsonNode schema, StructuralSchema fields, ValidationRules rules, JsonNode printerColumns) {}
