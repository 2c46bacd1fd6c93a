package dev.distillery.trainer.publish;

import dev.distillery.report.Artifact;
import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes a student to every destination of its recipe. */
public final class ModelRepository implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelRepository.class);

    private final List<Destination> destinations;

    /** @param destinations in the recipe's order */
    public ModelRepository(List<Destination> destinations) {
        this.destinations = List.copyOf(destinations);
    }

    /**
     * Asks every destination before anything is trained. One that does not answer now may answer later.
     *
     * @throws TrainerException PUBLISH_FAILED if one refuses
     */
    public void reach() {
        for (Destination destination : destinations) {
            try {
                destination.reach();
            } catch (IOException e) {
                LOG.warn("{} cannot be reached: {}", destination, e.toString());
            } catch (TrainerException e) {
                if (!e.exitCode().retryable()) {
                    throw e;
                }
                LOG.warn("{}; going on, for it may answer when the student is trained", e.getMessage());
            }
        }
    }

    /**
     * @return what the run published, one artifact per destination, in the recipe's order; empty unless every destination
     *     has it
     * @throws TrainerException DESTINATION_UNAVAILABLE if one does not answer now; PUBLISH_FAILED if one refuses
     */
    public Optional<List<Artifact>> publishedBy(String runId) {
        List<Artifact> artifacts = new ArrayList<>();
        for (Destination destination : destinations) {
            try {
                destination.publishedBy(runId).ifPresent(artifacts::add);
            } catch (IOException e) {
                throw new TrainerException(
                        ExitCode.DESTINATION_UNAVAILABLE, destination + ": cannot be read (" + e + ")", e);
            }
        }
        return artifacts.size() == destinations.size() ? Optional.of(List.copyOf(artifacts)) : Optional.empty();
    }

    /**
     * Brings the content to every destination first, then declares the versions one after the other: whatever can fail,
     * fails before anything is visible. What names the newest version moves last. A destination that already has a version
     * of this run keeps it, so a run that was cut off between two destinations ends well when it tries again.
     *
     * @throws PublishException PUBLISH_FAILED if a destination refuses the model, DESTINATION_UNAVAILABLE if one does not
     *     take it now
     */
    public Publication publish(ModelVersion model) {
        List<Planned> plan = new ArrayList<>();
        List<Artifact> artifacts = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        Destination current = null;
        try {
            for (Destination destination : destinations) {
                current = destination;
                Optional<Artifact> existing = destination.publishedBy(model.runId());
                if (existing.isEmpty()) {
                    destination.check(model);
                }
                plan.add(new Planned(destination, existing.orElse(null)));
            }
            for (Planned planned : plan) {
                current = planned.destination;
                planned.stage(model);
            }
            for (Planned planned : plan) {
                current = planned.destination;
                artifacts.add(planned.commit());
            }
            for (int i = 0; i < plan.size(); i++) {
                current = plan.get(i).destination;
                current.moveLatest(artifacts.get(i)).ifPresent(warnings::add);
            }
            return new Publication(artifacts, warnings);
        } catch (IOException e) {
            String message = current + ": cannot be written (" + e + "), " + visible(artifacts, plan)
                    + "; check that the folder exists, its permissions and its free space";
            throw new PublishException(ExitCode.PUBLISH_FAILED, message, done(artifacts, plan), e);
        } catch (TrainerException e) {
            String message = e.getMessage() + "; " + visible(artifacts, plan);
            throw new PublishException(e.exitCode(), message, done(artifacts, plan), e);
        } finally {
            plan.forEach(Planned::close);
        }
    }

    private static List<Artifact> done(List<Artifact> committed, List<Planned> plan) {
        List<Artifact> done = new ArrayList<>(committed);
        plan.stream()
                .skip(committed.size())
                .filter(planned -> planned.existing != null)
                .forEach(planned -> done.add(planned.existing));
        return done;
    }

    private static String visible(List<Artifact> committed, List<Planned> plan) {
        List<Artifact> done = done(committed, plan);
        return done.isEmpty()
                ? "nothing is visible"
                : "already visible: " + done.stream().map(Artifact::uri).toList();
    }

    /** One destination, and what is staged there unless this run published there before. */
    private static final class Planned {
        private final Destination destination;
        private final Artifact existing;
        private Destination.Staged staged;

        Planned(Destination destination, Artifact existing) {
            this.destination = destination;
            this.existing = existing;
        }

        void stage(ModelVersion model) throws IOException {
            if (existing == null) {
                staged = destination.stage(model);
            }
        }

        Artifact commit() throws IOException {
            return existing == null ? staged.commit() : existing;
        }

        void close() {
            if (staged != null) {
                staged.close();
            }
        }
    }

    @Override
    public void close() {
        destinations.forEach(Destination::close);
    }
}
