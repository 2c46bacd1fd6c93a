package dev.distillery.operator.chart;

import dev.distillery.kubernetes.KubernetesBinaries;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The project's chart, read and installed by helm.
 *
 * @param helm the program
 */
public record Chart(Path helm) {
    public static final String RELEASE = "distillery";

    /** What the operator's objects are called in a release of that name. */
    public static final String NAME = RELEASE + "-operator";

    static final Path FOLDER = Path.of("../charts/distillery");

    public static Chart of(KubernetesBinaries binaries) {
        return new Chart(binaries.program("helm"));
    }

    /**
     * @param settings {@code --set} arguments: {@code name=value}
     * @return what an installation into the namespace would make, CRDs left out, as YAML
     */
    public String template(String namespace, List<String> settings) {
        List<String> arguments =
                new ArrayList<>(List.of("template", RELEASE, FOLDER.toString(), "--namespace", namespace));
        settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
        return Command.run(helm, arguments).succeeded();
    }

    public List<HasMetadata> objects(String namespace, List<String> settings) {
        Collection<?> parsed = new KubernetesSerialization().unmarshal(template(namespace, settings));
        return parsed.stream().map(HasMetadata.class::cast).toList();
    }

    /** Helm against a cluster. */
    Command.Outcome helm(Path kubeconfig, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--kubeconfig", kubeconfig.toString()));
        all.addAll(List.of(arguments));
        return Command.run(helm, all);
    }
}
