/* devices.c: libvulkan, the list of devices, opening one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The library stays open once it is, and so does its instance, which all devices share: drivers leave threads and handlers behind
 * that would run into nothing, and NVIDIA's cannot be loaded again without end: it was refused after some tens of times.
 */
#include "gpu/pipelines.h"
#include "gpu/vulkan.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

#include "gpu-features.h"

#define MAX_DEVICES    16
#define MIN_SUBGROUP   8 /* quantise.glsl */
#define MIN_SHARED     32768
#define MIN_WORKGROUP  256
#define SUBGROUP_NEEDS (VK_SUBGROUP_FEATURE_BASIC_BIT | VK_SUBGROUP_FEATURE_ARITHMETIC_BIT | VK_SUBGROUP_FEATURE_SHUFFLE_BIT)

/* Everything that is asked of a device. */
typedef struct
{
  VkPhysicalDeviceProperties2 p;
  VkPhysicalDeviceVulkan11Properties p11;
  VkPhysicalDeviceVulkan12Properties p12;
  VkPhysicalDeviceVulkan13Properties p13;
  VkPhysicalDeviceFeatures2 f;
  VkPhysicalDeviceVulkan11Features f11;
  VkPhysicalDeviceVulkan12Features f12;
  VkPhysicalDeviceVulkan13Features f13;
} Traits;

/* ---- Instance --------------------------------------------------------------------------------------------------- */

static pthread_mutex_t instance_lock = PTHREAD_MUTEX_INITIALIZER;
static VkInstance shared_instance; /* guarded; none: not asked for yet */

static VkResult
find_instance (PFN_vkCreateInstance create, VkInstance *ret_instance)
{
  VkApplicationInfo app = { .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO, .apiVersion = VK_API_VERSION_1_3 };
  VkInstanceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO, .pApplicationInfo = &app };
  VkResult result = VK_SUCCESS;

  pthread_mutex_lock (&instance_lock);
  if (!shared_instance)
    result = create ? create (&info, NULL, &shared_instance) : VK_ERROR_INITIALIZATION_FAILED;
  *ret_instance = shared_instance;
  pthread_mutex_unlock (&instance_lock);
  return result;
}

static bool
open_instance (GlmGpu *gpu, GlmError *error)
{
  void *library = dlopen ("libvulkan.so.1", RTLD_NOW | RTLD_LOCAL);
  PFN_vkGetInstanceProcAddr get = NULL;
  PFN_vkCreateInstance create;
  VkResult result;

  if (library)
    *(void **) &get = dlsym (library, "vkGetInstanceProcAddr");
  if (!get)
    return glm_error_set (error, GLM_ERROR_NOT_FOUND, "there is no libvulkan.so.1");
  gpu->get = get;
  create = (PFN_vkCreateInstance) get (NULL, "vkCreateInstance");
  result = find_instance (create, &gpu->instance);
  if (result != VK_SUCCESS)
    return glm_error_set (error, GLM_ERROR_NOT_FOUND, "there is no driver for Vulkan (%d)", (int) result);
#define X(name)                                                  \
  gpu->vk.name = (PFN_vk##name) get (gpu->instance, "vk" #name); \
  if (!gpu->vk.name)                                             \
    return glm_error_set (error, GLM_ERROR_NOT_FOUND, "libvulkan has no vk" #name);
  GLM_VK_FUNCTIONS (X)
#undef X
  return true;
}

static double
seconds_of (clockid_t clock)
{
  struct timespec t = { 0 };

  clock_gettime (clock, &t);
  return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

static double
now (void)
{
  return seconds_of (CLOCK_MONOTONIC);
}

static double
slept (void)
{
  return seconds_of (CLOCK_BOOTTIME) - seconds_of (CLOCK_MONOTONIC);
}

static GlmGpu *
gpu_new (GlmError *error)
{
  GlmGpu *gpu = calloc (1, sizeof *gpu);

  if (!gpu)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a device");
      return NULL;
    }
  pthread_mutex_init (&gpu->lock, NULL);
  pthread_mutex_init (&gpu->use_lock, NULL);
  gpu->clock = (GlmGpuClock){ now, slept };
  gpu->slept = slept ();
  gpu->last_used = now ();
  if (open_instance (gpu, error))
    return gpu;
  glm_gpu_free (gpu);
  return NULL;
}

void
glm_gpu_free (GlmGpu *gpu)
{
  if (!gpu)
    return;
  if (gpu->device && !gpu->hung)
    {
      gpu->vk.DeviceWaitIdle (gpu->device);
      glm_gpu_upload_end (gpu, NULL);
      glm_gpu_pipelines_free (gpu);
      gpu->vk.DestroyPipelineCache (gpu->device, gpu->cache, NULL);
      gpu->vk.DestroyPipelineLayout (gpu->device, gpu->layout, NULL);
      gpu->vk.DestroyDevice (gpu->device, NULL);
    }
  if (gpu->marker[0])
    unlink (gpu->marker);
  pthread_mutex_destroy (&gpu->lock);
  pthread_mutex_destroy (&gpu->use_lock);
  free (gpu);
}

/* ---- Devices ---------------------------------------------------------------------------------------------------- */

static bool
has_extension (const GlmGpu *gpu, VkPhysicalDevice device, const char *name)
{
  VkExtensionProperties *list;
  uint32_t n = 0;
  bool found = false;

  if (gpu->vk.EnumerateDeviceExtensionProperties (device, NULL, &n, NULL) != VK_SUCCESS)
    return false;
  list = calloc (n + 1, sizeof *list);
  if (list && gpu->vk.EnumerateDeviceExtensionProperties (device, NULL, &n, list) >= 0)
    for (uint32_t i = 0; i < n; i++)
      found = found || strcmp (list[i].extensionName, name) == 0;
  free (list);
  return found;
}

static void
read_traits (const GlmGpu *gpu, VkPhysicalDevice device, Traits *t)
{
  bool has_13;

  *t = (Traits){
    .p = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2 },
    .p11 = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES, .pNext = &t->p12 },
    .p12 = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES },
    .p13 = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_PROPERTIES },
    .f = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2 },
    .f11 = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES, .pNext = &t->f12 },
    .f12 = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES },
    .f13 = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES },
  };
  gpu->vk.GetPhysicalDeviceProperties2 (device, &t->p);
  if (t->p.properties.apiVersion < VK_API_VERSION_1_2)
    return;
  has_13 = t->p.properties.apiVersion >= VK_API_VERSION_1_3;
  t->p.pNext = &t->p11;
  t->f.pNext = &t->f11;
  t->p12.pNext = has_13 ? &t->p13 : NULL;
  t->f12.pNext = has_13 ? &t->f13 : NULL;
  gpu->vk.GetPhysicalDeviceProperties2 (device, &t->p);
  gpu->vk.GetPhysicalDeviceFeatures2 (device, &t->f);
}

/* NULL: it can be used. */
static const char *
find_reason (const Traits *t)
{
  const VkPhysicalDeviceLimits *limits = &t->p.properties.limits;

  if (t->p.properties.apiVersion < VK_API_VERSION_1_2)
    return "its driver is older than Vulkan 1.2";
  if (!t->f12.bufferDeviceAddress)
    return "its driver has no buffer device addresses";
  if (!t->f11.storageBuffer16BitAccess)
    return "its driver has no 16-bit storage";
  if ((t->p11.subgroupSupportedOperations & SUBGROUP_NEEDS) != SUBGROUP_NEEDS
      || !(t->p11.subgroupSupportedStages & VK_SHADER_STAGE_COMPUTE_BIT) || t->p11.subgroupSize < MIN_SUBGROUP
      || (t->p13.minSubgroupSize > 0 && t->p13.minSubgroupSize < MIN_SUBGROUP && !t->f13.subgroupSizeControl))
    return "its subgroups are too small or cannot add and shuffle";
  if (limits->maxComputeSharedMemorySize < MIN_SHARED || limits->maxComputeWorkGroupInvocations < MIN_WORKGROUP
      || (t->f13.subgroupSizeControl && t->p13.maxSubgroupSize * t->p13.maxComputeWorkgroupSubgroups < MIN_WORKGROUP))
    return "its workgroups are too small";
  return NULL;
}

static GlmGpuKind
find_kind (VkPhysicalDeviceType type)
{
  switch (type)
    {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU: return GLM_GPU_DISCRETE;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU: return GLM_GPU_INTEGRATED;
    case VK_PHYSICAL_DEVICE_TYPE_CPU: return GLM_GPU_PROCESSOR;
    default: return GLM_GPU_OTHER;
    }
}

/* The largest heap that is the device's own, and what of it is free. */
static void
read_memory (const GlmGpu *gpu, VkPhysicalDevice device, GlmGpuInfo *info)
{
  VkPhysicalDeviceMemoryBudgetPropertiesEXT budget = { .sType =
                                                           VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT };
  bool has_budget = has_extension (gpu, device, "VK_EXT_memory_budget");
  VkPhysicalDeviceMemoryProperties2 memory = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2,
                                               .pNext = has_budget ? &budget : NULL };

  gpu->vk.GetPhysicalDeviceMemoryProperties2 (device, &memory);
  info->memory_bytes = info->free_bytes = 0;
  for (uint32_t i = 0; i < memory.memoryProperties.memoryHeapCount; i++)
    {
      const VkMemoryHeap *heap = &memory.memoryProperties.memoryHeaps[i];

      if (!(heap->flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) || heap->size <= info->memory_bytes)
        continue;
      info->memory_bytes = info->free_bytes = heap->size;
      if (has_budget)
        info->free_bytes = budget.heapBudget[i] > budget.heapUsage[i] ? budget.heapBudget[i] - budget.heapUsage[i] : 0;
    }
}

static void
describe (const GlmGpu *gpu, VkPhysicalDevice device, const Traits *t, GlmGpuInfo *info)
{
  const VkPhysicalDeviceProperties *p = &t->p.properties;
  const char *reason = find_reason (t);

  *info = (GlmGpuInfo){ .kind = find_kind (p->deviceType), .has_dot = t->f13.shaderIntegerDotProduct };
  snprintf (info->name, sizeof info->name, "%s", p->deviceName);
  snprintf (info->driver, sizeof info->driver, "%s %s", t->p12.driverName, t->p12.driverInfo);
  snprintf (info->version, sizeof info->version, "%u.%u.%u", VK_API_VERSION_MAJOR (p->apiVersion),
            VK_API_VERSION_MINOR (p->apiVersion), VK_API_VERSION_PATCH (p->apiVersion));
  for (int i = 0; i < VK_UUID_SIZE; i++)
    snprintf (info->uuid + 2 * i, 3, "%02x", t->p11.deviceUUID[i]);
  snprintf (info->reason, sizeof info->reason, "%s", reason ? reason : "");
  info->subgroup = t->p11.subgroupSize;
  read_memory (gpu, device, info);
}

/* Devices with their descriptions, each once, though two drivers may offer it. */
static bool
find_devices (const GlmGpu *gpu, VkPhysicalDevice devices[MAX_DEVICES], GlmGpuInfo infos[MAX_DEVICES], size_t *ret_n,
              GlmError *error)
{
  VkPhysicalDevice all[MAX_DEVICES];
  uint32_t n_all = MAX_DEVICES;
  size_t n = 0;

  if (gpu->vk.EnumeratePhysicalDevices (gpu->instance, &n_all, all) < 0)
    n_all = 0;
  for (uint32_t i = 0; i < n_all; i++)
    {
      Traits traits;
      bool is_known = false;

      read_traits (gpu, all[i], &traits);
      describe (gpu, all[i], &traits, &infos[n]);
      for (size_t k = 0; k < n; k++)
        is_known = is_known || strcmp (infos[k].uuid, infos[n].uuid) == 0;
      if (!is_known)
        devices[n++] = all[i];
    }
  *ret_n = n;
  return n > 0 || glm_error_set (error, GLM_ERROR_NOT_FOUND, "there is no device for Vulkan");
}

bool
glm_gpu_list (GlmGpuInfo **ret_infos, size_t *ret_n, GlmError *error)
{
  GlmGpu *gpu = gpu_new (error);
  VkPhysicalDevice devices[MAX_DEVICES];
  GlmGpuInfo *infos = calloc (MAX_DEVICES, sizeof *infos);
  bool ok = gpu && infos && find_devices (gpu, devices, infos, ret_n, error);

  glm_gpu_free (gpu);
  if (ok)
    *ret_infos = infos;
  else
    free (infos);
  return ok;
}

/* ---- Choosing --------------------------------------------------------------------------------------------------- */

/* 0: not meant. */
static int
rate (const GlmGpuInfo *info, const char *name)
{
  bool is_auto = strcmp (name, "auto") == 0;

  if (!is_auto && !strcasestr (info->name, name) && (strlen (name) < 8 || strncmp (info->uuid, name, strlen (name)) != 0))
    return 0;
  switch (info->kind)
    {
    case GLM_GPU_DISCRETE: return 4;
    case GLM_GPU_OTHER: return is_auto ? 0 : 3;
    case GLM_GPU_INTEGRATED: return 2;
    case GLM_GPU_PROCESSOR: return is_auto ? 0 : 1;
    }
  return 0;
}

static bool
choose (GlmGpu *gpu, const char *name, GlmError *error)
{
  VkPhysicalDevice devices[MAX_DEVICES];
  GlmGpuInfo infos[MAX_DEVICES];
  size_t n, best = MAX_DEVICES;

  if (!find_devices (gpu, devices, infos, &n, error))
    return false;
  for (size_t i = 0; i < n; i++)
    {
      int rated = rate (&infos[i], name);

      if (rated > 0
          && (best == MAX_DEVICES || rated > rate (&infos[best], name)
              || (rated == rate (&infos[best], name) && infos[i].memory_bytes > infos[best].memory_bytes)))
        best = i;
    }
  if (best == MAX_DEVICES)
    return glm_error_set (error, GLM_ERROR_NOT_FOUND, "there is no graphics card \"%s\"", name);
  if (infos[best].reason[0])
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s cannot be used: %s", infos[best].name, infos[best].reason);
  gpu->physical = devices[best];
  gpu->info = infos[best];
  return true;
}

/* A family that computes and draws nothing leaves the desktop's own queue alone. */
static bool
choose_family (GlmGpu *gpu, GlmError *error)
{
  VkQueueFamilyProperties list[16];
  uint32_t n = 16, best = UINT32_MAX;

  gpu->vk.GetPhysicalDeviceQueueFamilyProperties (gpu->physical, &n, list);
  for (uint32_t i = 0; i < n; i++)
    if ((list[i].queueFlags & VK_QUEUE_COMPUTE_BIT)
        && (best == UINT32_MAX
            || ((list[best].queueFlags & VK_QUEUE_GRAPHICS_BIT) && !(list[i].queueFlags & VK_QUEUE_GRAPHICS_BIT))))
      best = i;
  if (best == UINT32_MAX)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s computes nothing", gpu->info.name);
  gpu->family = best;
  gpu->timestamp_bits = list[best].timestampValidBits;
  return true;
}

/* ---- Cooperative matrices --------------------------------------------------------------------------------------- */

#if HAVE_MATRIX
static bool
is_taken (const VkCooperativeMatrixPropertiesKHR *p)
{
  return p->MSize == 16 && p->NSize == 16 && p->KSize == 16 && p->AType == VK_COMPONENT_TYPE_FLOAT16_KHR
         && p->BType == VK_COMPONENT_TYPE_FLOAT16_KHR && p->CType == VK_COMPONENT_TYPE_FLOAT32_KHR
         && p->ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR && p->scope == VK_SCOPE_SUBGROUP_KHR;
}

/* What matmul-matrix.comp takes: 16 × 16 × 16, products in half precision and sums in single, by subgroups of 32. */
static bool
has_matrices (const GlmGpu *gpu, const Traits *t)
{
  PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR get =
      (PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR) gpu->get (gpu->instance,
                                                                        "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
  VkPhysicalDeviceCooperativeMatrixFeaturesKHR feature = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR
  };
  VkPhysicalDeviceFeatures2 features = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &feature };
  VkCooperativeMatrixPropertiesKHR *list;
  uint32_t n = 0;
  bool found = false;

  if (!has_extension (gpu, gpu->physical, VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME) || !get || !t->f12.shaderFloat16
      || !t->f12.vulkanMemoryModel || gpu->min_subgroup > 32 || gpu->max_subgroup < 32)
    return false;
  /* A driver may name the extension for cards that have none. */
  gpu->vk.GetPhysicalDeviceFeatures2 (gpu->physical, &features);
  if (!feature.cooperativeMatrix || get (gpu->physical, &n, NULL) != VK_SUCCESS)
    return false;
  list = calloc (n + 1, sizeof *list);
  for (uint32_t i = 0; list && i < n; i++)
    list[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
  if (list && get (gpu->physical, &n, list) >= 0)
    for (uint32_t i = 0; i < n; i++)
      found = found || is_taken (&list[i]);
  free (list);
  return found;
}
#endif

#define N_CORES_UNKNOWN 32

/* What decides how finely work is divided. */
static uint32_t
count_cores (const GlmGpu *gpu)
{
  VkPhysicalDeviceShaderSMBuiltinsPropertiesNV nvidia = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_SM_BUILTINS_PROPERTIES_NV
  };
  VkPhysicalDeviceShaderCorePropertiesAMD amd = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_CORE_PROPERTIES_AMD };
  VkPhysicalDeviceProperties2 properties = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2 };
  uint32_t n = 0;

  if (has_extension (gpu, gpu->physical, VK_NV_SHADER_SM_BUILTINS_EXTENSION_NAME))
    properties.pNext = &nvidia;
  else if (has_extension (gpu, gpu->physical, VK_AMD_SHADER_CORE_PROPERTIES_EXTENSION_NAME))
    properties.pNext = &amd;
  if (properties.pNext)
    gpu->vk.GetPhysicalDeviceProperties2 (gpu->physical, &properties);
  n = nvidia.shaderSMCount + amd.shaderEngineCount * amd.shaderArraysPerEngineCount * amd.computeUnitsPerShaderArray;
  return n > 0 ? n : N_CORES_UNKNOWN;
}

/* What is used of a device, as far as it has it. */
static void
read_abilities (GlmGpu *gpu, const Traits *t)
{
  uint64_t buffer = t->p13.maxBufferSize, memory = t->p11.maxMemoryAllocationSize;

  gpu->timestamp_seconds = 1e-9 * (double) t->p.properties.limits.timestampPeriod;
  gpu->has_dot = t->f13.shaderIntegerDotProduct;
  gpu->has_subgroup_control = t->f13.subgroupSizeControl && (t->p13.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT);
  gpu->has_full_subgroups = gpu->has_subgroup_control && t->f13.computeFullSubgroups;
  gpu->min_subgroup = gpu->has_subgroup_control ? t->p13.minSubgroupSize : t->p11.subgroupSize;
  gpu->max_subgroup = gpu->has_subgroup_control ? t->p13.maxSubgroupSize : t->p11.subgroupSize;
  gpu->most_lanes = t->p.properties.limits.maxComputeWorkGroupInvocations;
  if (gpu->has_subgroup_control && gpu->max_subgroup * t->p13.maxComputeWorkgroupSubgroups < gpu->most_lanes)
    gpu->most_lanes = gpu->max_subgroup * t->p13.maxComputeWorkgroupSubgroups;
  gpu->n_cores = count_cores (gpu);
  gpu->shared_bytes = t->p.properties.limits.maxComputeSharedMemorySize;
  gpu->most_bytes = buffer > 0 && buffer < memory ? buffer : memory;
#if HAVE_MATRIX
  gpu->has_matrix = has_matrices (gpu, t);
#endif
}

/* Only what is used, so that validation finds what the code forgot to ask for. */
static bool
create_device (GlmGpu *gpu, GlmError *error)
{
  Traits t;
  bool has_13;
  float priority = 0;
  const char *extensions[2];
  VkPhysicalDeviceVulkan13Features use13 = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES };
  VkPhysicalDeviceVulkan12Features use12 = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES,
                                             .bufferDeviceAddress = VK_TRUE };
  VkPhysicalDeviceVulkan11Features use11 = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES,
                                             .pNext = &use12,
                                             .storageBuffer16BitAccess = VK_TRUE };
  VkDeviceQueueCreateInfo queue = { .sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                    .queueFamilyIndex = gpu->family,
                                    .queueCount = 1,
                                    .pQueuePriorities = &priority };
  VkDeviceCreateInfo info = { .sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                              .pNext = &use11,
                              .queueCreateInfoCount = 1,
                              .pQueueCreateInfos = &queue,
                              .ppEnabledExtensionNames = extensions };
  VkResult result;

  read_traits (gpu, gpu->physical, &t);
  has_13 = t.p.properties.apiVersion >= VK_API_VERSION_1_3;
  read_abilities (gpu, &t);
  use13.shaderIntegerDotProduct = gpu->has_dot;
  use13.subgroupSizeControl = gpu->has_subgroup_control;
  use13.computeFullSubgroups = gpu->has_full_subgroups;
  use13.maintenance4 = t.f13.maintenance4;
  use12.pNext = has_13 ? &use13 : NULL;
  if (has_extension (gpu, gpu->physical, "VK_EXT_memory_budget"))
    extensions[info.enabledExtensionCount++] = "VK_EXT_memory_budget";
#if HAVE_MATRIX
  VkPhysicalDeviceCooperativeMatrixFeaturesKHR use_matrix = {
    .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR, .pNext = &use11, .cooperativeMatrix = VK_TRUE
  };

  if (gpu->has_matrix)
    {
      extensions[info.enabledExtensionCount++] = VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME;
      info.pNext = &use_matrix;
      use12.shaderFloat16 = use12.vulkanMemoryModel = VK_TRUE;
    }
#endif
  result = gpu->vk.CreateDevice (gpu->physical, &info, NULL, &gpu->device);
  return result == VK_SUCCESS || glm_gpu_failed (gpu, result, "opening it", error);
}

static bool
create_layout (GlmGpu *gpu, GlmError *error)
{
  VkPushConstantRange range = { VK_SHADER_STAGE_COMPUTE_BIT, 0, 128 };
  VkPipelineLayoutCreateInfo layout = { .sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                        .pushConstantRangeCount = 1,
                                        .pPushConstantRanges = &range };
  VkPipelineCacheCreateInfo cache = { .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO };
  VkPhysicalDeviceMemoryProperties2 memory = { .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2 };
  VkResult result = gpu->vk.CreatePipelineLayout (gpu->device, &layout, NULL, &gpu->layout);

  if (result == VK_SUCCESS)
    result = gpu->vk.CreatePipelineCache (gpu->device, &cache, NULL, &gpu->cache);
  gpu->vk.GetDeviceQueue (gpu->device, gpu->family, 0, &gpu->queue);
  gpu->vk.GetPhysicalDeviceMemoryProperties2 (gpu->physical, &memory);
  gpu->memory = memory.memoryProperties;
  return result == VK_SUCCESS || glm_gpu_failed (gpu, result, "opening it", error);
}

bool
glm_gpu_open_device (const char *name, GlmGpu **ret_gpu, GlmError *error)
{
  GlmGpu *gpu = gpu_new (error);

  if (!gpu)
    return false;
  if (!choose (gpu, name, error) || !choose_family (gpu, error) || !create_device (gpu, error) || !create_layout (gpu, error))
    {
      glm_gpu_free (gpu);
      return false;
    }
  *ret_gpu = gpu;
  return true;
}

size_t
glm_gpu_free_bytes (GlmGpu *gpu)
{
  GlmGpuInfo now;

  read_memory (gpu, gpu->physical, &now);
  return now.free_bytes;
}
