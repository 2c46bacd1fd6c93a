package dev.distillery;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The trainer and the server both stand on this module. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.distillery.image", "dev.distillery.inference");

    @Test
    void needsNeitherTrainerNorServer() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "io.quarkus..", "io.vertx..", "dev.distillery.trainer..")
                .check(CLASSES);
    }

    @Test
    void picturesKnowNoModel() {
        noClasses()
                .that()
                .resideInAPackage("dev.distillery.image..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.onnxruntime..", "dev.distillery.inference..")
                .check(CLASSES);
    }
}
