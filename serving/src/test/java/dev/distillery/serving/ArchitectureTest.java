package dev.distillery.serving;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.distillery.serving");

    @Test
    void theServerNeedsNeitherTrainerNorCluster() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "io.fabric8..", "dev.distillery.trainer..")
                .check(CLASSES);
    }

    @Test
    void theProtocolKnowsNoHttp() {
        noClasses()
                .that()
                .resideInAPackage("..serving.protocol..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..", "io.quarkus..", "..serving.http..", "..serving.batch..")
                .check(CLASSES);
    }
}
