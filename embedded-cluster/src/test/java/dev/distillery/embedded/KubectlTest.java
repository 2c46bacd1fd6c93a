package dev.distillery.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The real kubectl against the server, as a person would use it. */
class KubectlTest {
    @RegisterExtension
    static final ClusterExtension CLUSTER = new ClusterExtension();

    private static final String JOB =
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: hello}
            spec:
              template:
                spec:
                  restartPolicy: Never
                  containers: [{name: main, image: shell, args: ["echo hello"]}]
            """;

    @TempDir
    Path directory;

    private String namespace;

    @BeforeAll
    static void requireKubectl() {
        boolean present = Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(path -> Files.isExecutable(Path.of(path, "kubectl")));
        assumeTrue(present, "kubectl is not on the PATH");
    }

    @BeforeEach
    void makeNamespace() {
        namespace = CLUSTER.newNamespace();
    }

    @Test
    void appliesAndDiffsOnTheClientsSide() throws Exception {
        assertThat(kubectl("apply", "-f", file(map("one"))).succeeded()).contains("configmap/settings created");
        assertThat(kubectl("apply", "-f", file(map("one"))).succeeded()).contains("configmap/settings unchanged");
        Answer diff = kubectl("diff", "-f", file(map("two")));
        assertThat(diff.code()).isEqualTo(1);
        assertThat(diff.text()).contains("-  key: one", "+  key: two");
        assertThat(kubectl("apply", "-f", file(map("two"))).succeeded()).contains("configmap/settings configured");
    }

    @Test
    void appliesOnTheServersSideWithConflicts() throws Exception {
        kubectl("apply", "--server-side", "-f", file(map("one"))).succeeded();
        Answer conflict = kubectl("apply", "--server-side", "--field-manager=other", "-f", file(map("two")));
        assertThat(conflict.code()).isEqualTo(1);
        assertThat(conflict.text()).contains("conflict with \"kubectl\": .data.key");
        assertThat(kubectl(
                                "apply",
                                "--server-side",
                                "--field-manager=other",
                                "--force-conflicts",
                                "-f",
                                file(map("two")))
                        .succeeded())
                .contains("serverside-applied");
    }

    @Test
    void printsCustomResourcesAndTheirErrors() throws Exception {
        kubectl("apply", "-f", file(Widgets.DEFINITION)).succeeded();
        String widget = "apiVersion: test.distillery.dev/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: %s}\n";
        kubectl("apply", "-f", file(widget.formatted("5"))).succeeded();

        assertThat(kubectl("get", "wd").succeeded())
                .containsPattern("NAME +SIZE +READY +AGE")
                .containsPattern("w +5");
        assertThat(kubectl("get", "wd", "w", "-o", "jsonpath={.spec.size}").succeeded())
                .isEqualTo("5");
        assertThat(kubectl("explain", "widget.spec").succeeded()).contains("color", "enum: red, green");
        Answer invalid = kubectl("apply", "-f", file(widget.formatted("0")));
        assertThat(invalid.text()).contains("The Widget \"w\" is invalid", "spec.size");
        Answer unknown = kubectl("apply", "-f", file(widget.formatted("1, shape: round")));
        assertThat(unknown.text()).contains("unknown field \"spec.shape\"");
        kubectl("delete", "crd", "widgets.test.distillery.dev").succeeded();
    }

    @Test
    void followsAJobFromApplyToDelete() throws Exception {
        kubectl("apply", "-f", file(JOB)).succeeded();
        assertThat(kubectl("wait", "--for=condition=complete", "job/hello", "--timeout=20s")
                        .succeeded())
                .contains("condition met");
        assertThat(kubectl("logs", "job/hello").succeeded()).isEqualTo("hello\n");
        assertThat(kubectl("get", "pods").succeeded()).contains("Completed");
        assertThat(kubectl("describe", "job", "hello").succeeded())
                .contains("1 Succeeded", "SuccessfulCreate", "Completed");
        assertThat(kubectl("delete", "job", "hello").succeeded()).contains("deleted");
        assertThat(kubectl("get", "all").succeeded()).contains("No resources found");
    }

    private static String map(String value) {
        return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {key: %s}\n".formatted(value);
    }

    private String file(String yaml) throws IOException {
        return Files.writeString(directory.resolve("object.yaml"), yaml).toString();
    }

    private record Answer(int code, String text) {
        String succeeded() {
            assertThat(code).as(text).isZero();
            return text;
        }
    }

    private Answer kubectl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("kubectl", "--namespace", namespace));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("KUBECONFIG", CLUSTER.cluster().kubeconfig().toString());
        builder.environment().put("HOME", directory.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), text);
    }
}
