import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** One Elasticsearch node with the modules of its home; each argument is a setting: {@code http.port=9200}. */
public final class SearchNode {
  public static void main(String[] arguments) throws Exception {
    var settings = Settings.builder();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      settings.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    LogConfigurator.configureESLogging();
    var environment = new Environment(settings.build(), Path.of(System.getProperty("es.path.home"), "config"));
    var modules = PluginsLoader.loadModulesBundles(environment.modulesDir(), false);
    var node = new Node(environment, PluginsLoader.createPluginsLoader(modules, Set.of(), Map.of(), false));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();
    Thread.currentThread().join();
  }

  private static void close(Node node) {
    try {
      node.close();
      node.awaitClose(20, TimeUnit.SECONDS);
    } catch (Exception failure) {
      failure.printStackTrace();
    }
  }
}
