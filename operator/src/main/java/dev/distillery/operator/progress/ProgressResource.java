package dev.distillery.operator.progress;

import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/**
 * {@code POST /progress/{namespace}/{job}} with a {@link ProgressReport} as JSON and the Job's bearer token. 204 if it was
 * taken, 401 without the right token, 404 for a Job that no recipe owns, 400 for another body; bodies above the limit in
 * {@code application.properties} get 413.
 */
@Path("/progress/{namespace}/{job}")
public class ProgressResource {
    private static final String BEARER = "Bearer ";

    private final ProgressTokens tokens;
    private final ProgressBoard board;
    private final JobOwners owners;
    private final ProgressEventSource events;

    public ProgressResource(ProgressTokens tokens, ProgressBoard board, JobOwners owners, ProgressEventSource events) {
        this.tokens = tokens;
        this.board = board;
        this.owners = owners;
        this.events = events;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Response take(
            @PathParam("namespace") String namespace,
            @PathParam("job") String job,
            @HeaderParam("Authorization") String authorization,
            byte[] body) {
        String key = namespace + "/" + job;
        boolean bearer = authorization != null && authorization.startsWith(BEARER);
        if (!bearer || !tokens.matches(key, authorization.substring(BEARER.length()))) {
            return Response.status(Response.Status.UNAUTHORIZED).build();
        }
        var recipes = owners.of(namespace, job);
        if (recipes.isEmpty()) {
            return Response.status(Response.Status.NOT_FOUND).build();
        }
        ProgressReport report;
        try {
            report = ReportJson.readProgress(body);
        } catch (IOException e) {
            return Response.status(Response.Status.BAD_REQUEST)
                    .type(MediaType.TEXT_PLAIN_TYPE)
                    .entity("got " + e.getMessage() + ", expected a progress report as JSON")
                    .build();
        }
        board.put(key, report);
        events.reported(recipes);
        return Response.noContent().build();
    }
}
