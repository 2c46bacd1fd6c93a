package dev.distillery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The generated files are checked in; a record that changes without them fails the build. */
class GeneratedSchemasTest {
    private static final boolean REGENERATE = Boolean.getBoolean("crds.regenerate");

    @Test
    void crdMatchesTheRecords() throws IOException {
        compareOrWrite(GeneratedSchemas.CRD, GeneratedSchemas.crd());
    }

    @Test
    void jsonSchemaMatchesTheRecords() throws IOException {
        compareOrWrite(GeneratedSchemas.JSON_SCHEMA, GeneratedSchemas.jsonSchema(GeneratedSchemas.crd()));
    }

    @Test
    void theReferenceMatchesTheRecords() throws IOException {
        compareOrWrite(GeneratedSchemas.REFERENCE, GeneratedSchemas.reference(GeneratedSchemas.crd()));
    }

    @Test
    void theChartInstallsTheSameCrd() throws IOException {
        compareOrWrite(GeneratedSchemas.CHART_CRD, GeneratedSchemas.crd());
    }

    private static void compareOrWrite(Path file, String generated) throws IOException {
        if (REGENERATE) {
            Files.writeString(file, generated);
        }
        assertThat(Files.readString(file))
                .as("%s is out of date: mvn -pl crds test -Dcrds.regenerate=true", file)
                .isEqualTo(generated);
    }
}
