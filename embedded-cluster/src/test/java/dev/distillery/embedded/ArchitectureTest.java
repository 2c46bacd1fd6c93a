package dev.distillery.embedded;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String STORE = "dev.distillery.embedded.store";
    private static final String API = "dev.distillery.embedded.api";
    private static final String RUNNER = "dev.distillery.embedded.runner";

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter()
                .withImportOption(new DoNotIncludeTests())
                .importPackages("dev.distillery.embedded");
    }

    @Test
    void theStoreKnowsNeitherTheServerNorTheRunner() {
        forbid(STORE, API, RUNNER, "com.sun.net.httpserver", "io.fabric8.kubernetes..");
    }

    @Test
    void theServerKnowsNoRunner() {
        forbid(API, RUNNER);
    }

    @Test
    void theRunnerIsAClientLikeAnyOther() {
        forbid(RUNNER, STORE, API);
    }

    private static void forbid(String from, String... to) {
        noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(to)
                .check(classes);
    }
}
