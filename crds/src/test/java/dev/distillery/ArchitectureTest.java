package dev.distillery;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.distillery.recipe.TrainingRecipe;
import org.junit.jupiter.api.Test;

/** The trainer reads these packages without Kubernetes on its class path. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.distillery");

    @Test
    void contractKnowsNoKubernetes() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.distillery.report..", "dev.distillery.schema..", "dev.distillery.validation..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8.kubernetes..", "io.fabric8.crd..")
                .check(CLASSES);
    }

    @Test
    void onlyTheCustomResourceKnowsTheClient() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(TrainingRecipe.class)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8.kubernetes..")
                .check(CLASSES);
    }

    @Test
    void schemasKnowNoRecipe() {
        classes()
                .that()
                .resideInAPackage("dev.distillery.schema..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.distillery.schema..", "com.fasterxml.jackson..", "java..")
                .check(CLASSES);
    }
}
