package io.discovery.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.grpc.LoadBalancer;
import java.io.File;
import java.lang.reflect.Constructor;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class HealthChecksTest {
  @Test
  void withGrpcServicesThePolicyIsHealthChecked() {
    LoadBalancer policy = new DiscoveryLoadBalancerProvider().newLoadBalancer(new FakeChannel());
    assertEquals("HealthCheckingLoadBalancer", policy.getClass().getSimpleName());
  }

  @Test
  void withoutItIsNot() throws Exception {
    try (URLClassLoader loader =
        new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
      Class<?> provider = loader.loadClass(DiscoveryLoadBalancerProvider.class.getName());
      Object channel = accessible(loader.loadClass(FakeChannel.class.getName()));
      Object policy =
          provider
              .getMethod("newLoadBalancer", loader.loadClass(LoadBalancer.Helper.class.getName()))
              .invoke(provider.getDeclaredConstructor().newInstance(), channel);
      assertEquals("DiscoveryLoadBalancer", policy.getClass().getSimpleName());
    }
  }

  private static Object accessible(Class<?> type) throws ReflectiveOperationException {
    Constructor<?> constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    return constructor.newInstance();
  }

  private static URL[] classPath() throws MalformedURLException {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    List<URL> urls = new ArrayList<>();
    for (String entry : all.split(File.pathSeparator, -1)) {
      if (!entry.contains("grpc-services")) {
        urls.add(Path.of(entry).toUri().toURL());
      }
    }
    return urls.toArray(URL[]::new);
  }
}
