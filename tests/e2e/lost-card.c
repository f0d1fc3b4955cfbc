/* lost-card.c: a layer of Vulkan that tests put over a driver: a card that fails, or takes its time, when they say so
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * While the file $MYNA_CARD_LOST is there, what is submitted is lost; while $MYNA_CARD_HELD is there, it waits.  What was submitted
 * adds a byte to $MYNA_CARD_USED.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <vulkan/vulkan.h>

#include <vulkan/vk_layer.h>

/* Of the layer or driver below; a program that is tested has one of each. */
static PFN_vkGetInstanceProcAddr next_of_instance;
static PFN_vkGetDeviceProcAddr next_of_device;
static PFN_vkQueueSubmit next_submit;
static VkInstance instance;

static int
is_there (const char *variable)
{
  const char *path = getenv (variable);

  return path && access (path, F_OK) == 0;
}

static VKAPI_ATTR VkResult VKAPI_CALL
submit (VkQueue queue, uint32_t n, const VkSubmitInfo *infos, VkFence fence)
{
  const char *used = getenv ("MYNA_CARD_USED");
  const struct timespec delay = { 0, 10000000 };
  int file;

  while (is_there ("MYNA_CARD_HELD"))
    nanosleep (&delay, NULL);
  if (is_there ("MYNA_CARD_LOST"))
    return VK_ERROR_DEVICE_LOST;
  file = used ? open (used, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
  if (file >= 0)
    {
      if (write (file, ".", 1) != 1)
        abort ();
      close (file);
    }
  return next_submit (queue, n, infos, fence);
}

/* What the loader has put into the chain for this layer, whose successor it then is for. */
static const void *
find_link (const void *chain, VkStructureType type)
{
  const VkLayerInstanceCreateInfo *info = chain;

  while (info && !(info->sType == type && info->function == VK_LAYER_LINK_INFO))
    info = info->pNext;
  return info;
}

static VKAPI_ATTR VkResult VKAPI_CALL
create_instance (const VkInstanceCreateInfo *info, const VkAllocationCallbacks *functions, VkInstance *ret_instance)
{
  VkLayerInstanceCreateInfo *link =
      (VkLayerInstanceCreateInfo *) find_link (info->pNext, VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO);
  PFN_vkCreateInstance create;
  VkResult result;

  if (!link)
    return VK_ERROR_INITIALIZATION_FAILED;
  next_of_instance = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  create = (PFN_vkCreateInstance) next_of_instance (NULL, "vkCreateInstance");
  result = create (info, functions, ret_instance);
  if (result == VK_SUCCESS)
    instance = *ret_instance;
  return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL
create_device (VkPhysicalDevice physical, const VkDeviceCreateInfo *info, const VkAllocationCallbacks *functions,
               VkDevice *ret_device)
{
  VkLayerDeviceCreateInfo *link =
      (VkLayerDeviceCreateInfo *) find_link (info->pNext, VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO);
  PFN_vkCreateDevice create;
  VkResult result;

  if (!link)
    return VK_ERROR_INITIALIZATION_FAILED;
  next_of_device = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
  create = (PFN_vkCreateDevice) link->u.pLayerInfo->pfnNextGetInstanceProcAddr (instance, "vkCreateDevice");
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  result = create (physical, info, functions, ret_device);
  if (result == VK_SUCCESS)
    next_submit = (PFN_vkQueueSubmit) next_of_device (*ret_device, "vkQueueSubmit");
  return result;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_device_function (VkDevice device, const char *name);
static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL get_instance_function (VkInstance of, const char *name);

/* NULL: not one of ours. */
static PFN_vkVoidFunction
find_own (const char *name)
{
  static const struct
  {
    const char *name;
    PFN_vkVoidFunction function;
  } own[] = {
    { "vkGetInstanceProcAddr", (PFN_vkVoidFunction) get_instance_function },
    { "vkGetDeviceProcAddr", (PFN_vkVoidFunction) get_device_function },
    { "vkCreateInstance", (PFN_vkVoidFunction) create_instance },
    { "vkCreateDevice", (PFN_vkVoidFunction) create_device },
    { "vkQueueSubmit", (PFN_vkVoidFunction) submit },
  };

  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (strcmp (own[i].name, name) == 0)
      return own[i].function;
  return NULL;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
get_device_function (VkDevice device, const char *name)
{
  PFN_vkVoidFunction function = find_own (name);

  return function ? function : next_of_device (device, name);
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL
get_instance_function (VkInstance of, const char *name)
{
  PFN_vkVoidFunction function = find_own (name);

  return function ? function : next_of_instance (of, name);
}

VK_LAYER_EXPORT VKAPI_ATTR VkResult VKAPI_CALL vkNegotiateLoaderLayerInterfaceVersion (VkNegotiateLayerInterface *version);

VKAPI_ATTR VkResult VKAPI_CALL
vkNegotiateLoaderLayerInterfaceVersion (VkNegotiateLayerInterface *version)
{
  version->loaderLayerInterfaceVersion = 2;
  version->pfnGetInstanceProcAddr = get_instance_function;
  version->pfnGetDeviceProcAddr = get_device_function;
  version->pfnGetPhysicalDeviceProcAddr = NULL;
  return VK_SUCCESS;
}
