package dev.distillery.operator.metrics;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Counts the client's requests by method, resource and status code; names and namespaces are left out. */
public final class ApiCalls implements Interceptor {
    private final MeterRegistry meters;

    public ApiCalls(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        count(request, Integer.toString(response.code()));
    }

    @Override
    public void afterConnectionFailure(HttpRequest request, Throwable failure) {
        count(request, "none");
    }

    private void count(HttpRequest request, String code) {
        meters.counter(
                        "distillery.kubernetes.requests",
                        "method",
                        request.method(),
                        "resource",
                        resource(request.uri().getPath()),
                        "code",
                        code)
                .increment();
    }

    /** @return {@code jobs} or {@code trainingrecipes/status}; {@code other} for what is no resource */
    static String resource(String path) {
        List<String> parts = new ArrayList<>(Arrays.asList(path.split("/")));
        parts.removeIf(String::isEmpty);
        int head = parts.isEmpty()
                ? 0
                : parts.get(0).equals("api") ? 2 : parts.get(0).equals("apis") ? 3 : 0;
        if (head == 0 || parts.size() <= head) {
            return "other";
        }
        List<String> rest = parts.subList(head, parts.size());
        if (rest.get(0).equals("namespaces") && rest.size() > 2) {
            rest = rest.subList(2, rest.size());
        }
        return rest.size() > 2 ? rest.get(0) + "/" + rest.get(2) : rest.get(0);
    }
}
