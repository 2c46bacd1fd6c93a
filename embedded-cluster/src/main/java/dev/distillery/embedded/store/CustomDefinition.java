package dev.distillery.embedded.store;

import com.fasterxml.jackson.databind.JsonNode;
import dev.distillery.schema.StructuralSchema;

/**
 * What one version of a CustomResourceDefinition says about its objects.
 *
 * @param schema the {@code openAPIV3Schema} as written
 * @param rules the same schema, ready to default, prune and validate
 * @param printerColumns the {@code additionalPrinterColumns}; a missing node when there are none
 */
public record CustomDefinition(JsonNode schema, StructuralSchema rules, JsonNode printerColumns) {}
