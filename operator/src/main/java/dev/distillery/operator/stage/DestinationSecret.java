package dev.distillery.operator.stage;

import dev.distillery.recipe.Publish;
import dev.distillery.report.Stage;
import dev.distillery.report.TrainerEnvironment;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * The Secrets that a recipe's destinations name, as variables of the student's pod alone. The operator never reads them;
 * of one that is missing the kubelet says so, and the pod waits for it.
 */
final class DestinationSecret {
    private DestinationSecret() {}

    /** @return one for each destination with a Secret; none for a teacher, which several recipes may share */
    static List<EnvFromSource> of(StagePlan plan) {
        List<EnvFromSource> sources = new ArrayList<>();
        List<Publish.Destination> destinations = plan.recipe().spec().publish().destinations();
        for (int i = 0; plan.stage() == Stage.STUDENT && i < destinations.size(); i++) {
            Publish.SecretRef secret = destinations.get(i).secretRef();
            if (secret != null) {
                sources.add(new EnvFromSourceBuilder()
                        .withPrefix(TrainerEnvironment.destinationPrefix(i))
                        .withNewSecretRef(secret.name(), false)
                        .build());
            }
        }
        return sources;
    }
}
